import { SalesforceError, whileDoing } from "./errors.ts"
import { assertQueryLength } from "./query.ts"
import type { Session } from "./session.ts"

/** States of a query job; the last three are final. */
export type JobState = "UploadComplete" | "InProgress" | "JobComplete" | "Failed" | "Aborted"

const endStates: ReadonlySet<JobState> = new Set(["JobComplete", "Failed", "Aborted"])

/** A query to run as a Bulk API 2.0 job. */
export interface QueryJobRequest {
  /** Object named in errors; the query says what is read. */
  object: string
  soql: string
  /** `queryAll` returns records in the recycle bin as well. */
  operation: "query" | "queryAll"
}

/** A job as it was created. */
export interface CreatedJob {
  id: string
  /** Salesforce's clock: the `read_from` of all its records (docs/rules.md). */
  createdDate: Date
  state: JobState
}

/** A job as it is now. */
export interface QueryJob extends CreatedJob {
  object: string
  /** Records in the result once the job is complete. */
  numberRecordsProcessed: number
  /** Why the job failed, in Salesforce's words, when it says so. */
  errorMessage: string | null
  /** Not earlier than Salesforce's time when this state was seen: `read_to` once it is complete. */
  seenAt: Date
}

interface JobBody {
  id: string
  object: string
  createdDate: string
  state: JobState
  numberRecordsProcessed?: number
  errorMessage?: string
}

/**
 * Creates a query job with CSV results, comma and LF. The POST is never repeated: if its answer is lost, a
 * job that nobody reads stays behind in the org, ends by itself and is dropped by Salesforce after 7 days.
 */
export async function createQueryJob(session: Session, request: QueryJobRequest): Promise<CreatedJob> {
  const purpose = `Creation of a bulk query job for ${request.object}`
  assertQueryLength(purpose, request.soql)
  const job = await whileDoing(purpose, () =>
    session.connection.request<JobBody>({
      method: "POST",
      url: `${session.basePath}/jobs/query`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        operation: request.operation,
        query: request.soql,
        contentType: "CSV",
        columnDelimiter: "COMMA",
        lineEnding: "LF",
      }),
    }),
  )
  return { id: job.id, createdDate: new Date(job.createdDate), state: job.state }
}

/** Code of a job that made no progress for so long that it was aborted: another one may fare better. */
export const jobStalled = "JOB_STALLED"

/**
 * The code of a SalesforceError about a job or a result that the org does not have any more: deleted, older than 7
 * days, left behind when the org moved, or made with another API version. Retryable, with another job.
 */
export const resultGone = "JOB_RESULT_GONE"

/** Gives a failure that says so the code of `resultGone`. */
export async function unlessResultGone<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SalesforceError) || !isResultGone(error)) throw error
    throw error.reworded(error.message, { code: resultGone, retryable: true })
  }
}

/** 409: results are given to the API version alone that the job was made with. */
function isResultGone({ status, code }: SalesforceError): boolean {
  return (status === 404 && code === "NOT_FOUND") || status === 409 || code === "INVALID_QUERY_LOCATOR"
}

/** Looks at a job. Fails with the code of `resultGone` where there is none. */
export async function getQueryJob(session: Session, id: string): Promise<QueryJob> {
  const job = await unlessResultGone(() =>
    whileDoing(`Look at bulk job ${id}`, () =>
      session.connection.request<JobBody>(`${session.basePath}/jobs/query/${id}`),
    ),
  )
  return {
    id: job.id,
    object: job.object,
    createdDate: new Date(job.createdDate),
    state: job.state,
    numberRecordsProcessed: job.numberRecordsProcessed ?? 0,
    errorMessage: job.errorMessage ?? null,
    seenAt: session.clock.latest(),
  }
}

/** Ends a job that is still running; one that has ended or is gone already is left as it is. */
export async function abortJob(session: Session, id: string): Promise<void> {
  await unlessGone(async () => {
    try {
      await whileDoing(`Abort of bulk job ${id}`, () =>
        session.connection.request({
          method: "PATCH",
          url: `${session.basePath}/jobs/query/${id}`,
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ state: "Aborted" }),
        }),
      )
    } catch (error) {
      // The refusal's code is not documented; what counts is whether anything is left to end.
      if (!endStates.has((await getQueryJob(session, id)).state)) throw error
    }
  })
}

/** Removes an ended job and its results from the org; one that is gone already is no error. */
export async function deleteJob(session: Session, id: string): Promise<void> {
  await unlessGone(() =>
    whileDoing(`Deletion of bulk job ${id}`, () =>
      session.connection.request({ method: "DELETE", url: `${session.basePath}/jobs/query/${id}` }),
    ),
  )
}

async function unlessGone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof SalesforceError && error.status === 404)) throw error
  }
}
