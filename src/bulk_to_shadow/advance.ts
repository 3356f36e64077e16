import type { Connections } from "../connections.ts"
import { describeToFields } from "../mapping/index.ts"
import { driftTotal, eventsTotal } from "../metrics/index.ts"
import {
  abortJob,
  createQueryJob,
  deleteJob,
  getQueryJob,
  jobStalled,
  type QueryJob,
  type QueryJobRequest,
} from "../salesforce/bulk.ts"
import { SalesforceError } from "../salesforce/errors.ts"
import { mayPassAnew } from "../salesforce/job_failure.ts"
import { countRecords } from "../salesforce/records.ts"
import { compareChanges } from "./changes.ts"
import type { PageMerger } from "./page.ts"
import { queryOf } from "./query.ts"
import { answerByRest, restPageToShadow } from "./rest.ts"
import { callKindOf, isFinal, type Run, readRun } from "./run.ts"

/** How soon a step that waits is worth repeating, in milliseconds; 0: at once. */
export interface Step {
  run: Run
  waitMs: number
  /** It waits for other loads, and not for Salesforce: sooner, where one of them ends. */
  isBehind: boolean
}

/** How long to look away from a run that waits for other loads, ms. */
const behindMs = 1_000

/**
 * Takes a run one step further: ask by REST or create the job, look whether it is complete, merge one page, or compare and
 * end. The step's result is in the run's row, so that any process can take the next one (rule 13).
 *
 * @param pages the driver's own, kept from step to step
 * @throws what the step failed with, also the API budget's stop; the run is then as it was before the step
 */
export async function advanceRun(connections: Connections, runId: number, pages: PageMerger): Promise<Step> {
  const run = await readRun(connections, runId)
  // What Salesforce works on already, and the end of a run, are let through: they cost a call or two.
  if (run.state === "queued" || run.state === "loading") await connections.budget.assert(callKindOf(run))
  let waitMs = run.paused_until === null ? 0 : await resumeRun(connections, run)
  if (waitMs > 0) return { run, waitMs, isBehind: false }
  const source = run.state === "queued" ? await readSource(connections, run.object) : undefined
  // By REST there is nothing that could wait in Salesforce meanwhile.
  const merges = source ? asksByRest(run, source) : run.state === "loading" && !run.by_rest
  if (merges && !(await takeTurn(connections, run))) return { run, waitMs: behindMs, isBehind: true }
  if (source) await beginRun(connections, run, source)
  else if (run.state === "waiting") waitMs = await lookAtJob(connections, run)
  else if (run.state === "loading")
    await (run.by_rest ? restPageToShadow(connections, run) : pages.pageToShadow(run))
  else if (run.state === "sweeping") await finishRun(connections, run)
  const after = await readRun(connections, runId)
  // What the sweep has deleted; the pages are counted one by one.
  if (run.state === "sweeping" && after.deleted > run.deleted)
    eventsTotal.inc(
      { object: run.object, change_type: run.kind, result: "deleted" },
      after.deleted - run.deleted,
    )
  if (isFinal(after.state)) logEnd(connections, after)
  return { run: after, waitMs, isBehind: false }
}

/** Whether the run's records may be merged now: not before its parent's, nor the pages of a job beside too many others. */
async function takeTurn({ config, pool }: Connections, run: Run): Promise<boolean> {
  if (run.turn_at !== null) return true
  const { rows } = await pool.query<{ is_due: boolean }>(
    "select sf_shadow.take_turn(of_run_id => $1, at_most => $2) as is_due",
    [run.run_id, config.loadConcurrency],
  )
  return rows[0]?.is_due ?? false
}

/** Returns how long the run has to wait still, in ms; 0 where its pause is over. */
async function resumeRun({ pool }: Connections, run: Run): Promise<number> {
  const { rows } = await pool.query<{ wait_ms: number }>(
    "select sf_shadow.resume_run(of_run_id => $1) as wait_ms",
    [run.run_id],
  )
  return rows[0]?.wait_ms ?? 0
}

/** How an object's records come. */
interface Source {
  cursor_field: string
  is_polled: boolean
  /** The condition that mirrored records meet; null: all are mirrored. */
  filter: string | null
  /** Bulk refuses the object. */
  by_rest: boolean
  degraded: string | null
}

async function readSource({ pool }: Connections, object: string): Promise<Source> {
  const { rows } = await pool.query<Source>(
    `select o.cursor_field, o.poll_every is not null as is_polled, o.filter, o.by_rest, s.degraded
     from sf_shadow.object o join sf_shadow.object_state s on s.object = o.object where o.object = $1`,
    [object],
  )
  return rows[0] as Source
}

/** A delta, and whatever is read of a polled object, comes by REST where it is small; what Bulk refuses in any case. */
function asksByRest({ kind }: Run, { is_polled, by_rest }: Source): boolean {
  return kind === "delta" || is_polled || by_rest
}

async function beginRun(connections: Connections, run: Run, source: Source): Promise<void> {
  // A poll has to be cheap. What the org lacks it finds out by its query; what is back again while it is looked for.
  if (!run.is_poll || source.degraded !== null) await describeToFields(connections, run.object)
  try {
    await askOrCreateJob(connections, run, source)
  } catch (error) {
    if (!run.is_poll || !(error instanceof SalesforceError) || error.code !== "INVALID_FIELD") throw error
    await describeToFields(connections, run.object)
    await askOrCreateJob(connections, run, source)
  }
}

async function askOrCreateJob(connections: Connections, run: Run, source: Source): Promise<void> {
  const { pool, log } = connections
  // Before anything is asked: what is marked dirty from now on, this run does not settle.
  const begun = await pool.query<{ fields: string[] | null }>(
    "select sf_shadow.begin_job(of_run_id => $1, of_filter => $2) as fields",
    [run.run_id, source.filter],
  )
  // Null where it was canceled meanwhile.
  const fields = begun.rows[0]?.fields
  if (!fields) return
  const query = queryOf(run, fields, source.cursor_field, source.filter)
  if (asksByRest(run, source) && (await answerByRest(connections, run, query, fields, source.by_rest))) return
  try {
    await createJob(connections, run, query, fields)
  } catch (error) {
    if (!(error instanceof SalesforceError) || error.code !== "INVALIDENTITY") throw error
    await pool.query("select sf_shadow.refuse_bulk(of_object => $1)", [run.object])
    log.info(
      { event: "bulk_refused", object: run.object, run: run.run_id },
      `Bulk API 2.0 refuses ${run.object}: it is loaded by REST from now on`,
    )
    await answerByRest(connections, run, query, fields, true)
  }
}

async function createJob(
  { pool, session, log }: Connections,
  run: Run,
  query: QueryJobRequest,
  fields: string[],
): Promise<void> {
  const job = await createQueryJob(session, query)
  const { rows } = await pool.query<{ waits: boolean }>(
    "select sf_shadow.await_job(of_run_id => $1, of_job_id => $2, of_fields => $3, of_read_from => $4) as waits",
    [run.run_id, job.id, fields, job.createdDate],
  )
  if (!rows[0]?.waits) return abortJob(session, job.id)
  log.info(
    { event: "bulk_to_shadow_started", object: run.object, run: run.run_id, kind: run.kind, job: job.id },
    `${run.kind} load of ${run.object} started as bulk job ${job.id}`,
  )
}

/** Returns how long to wait before the next look; the read's bounds are fixed when the job is complete. */
async function lookAtJob({ config, pool, session }: Connections, run: Run): Promise<number> {
  const job = await getQueryJob(session, run.job_id as string)
  if (job.state === "JobComplete") {
    await pool.query(
      "select sf_shadow.begin_loading(of_run_id => $1, of_job_id => $2, of_read_to => $3, of_expected => $4)",
      [run.run_id, run.job_id, job.seenAt, job.numberRecordsProcessed],
    )
    return 0
  }
  if (job.state === "Failed" || job.state === "Aborted") {
    const mayPass = job.state === "Failed" && mayPassAnew(job.errorMessage)
    throw new SalesforceError(
      `Bulk job ${job.id} for ${run.object} was ${job.state.toLowerCase()} by Salesforce${job.errorMessage ? `: ${job.errorMessage}` : ""}. Nothing was deleted${mayPass ? "" : "; start the load again"}.`,
      { code: `JOB_${job.state.toUpperCase()}`, retryable: mayPass },
    )
  }
  const { elapsed_ms, still_ms } = await noteLook(pool, run, job)
  if (still_ms > config.bulkStallMs) {
    throw new SalesforceError(
      `Bulk job ${job.id} for ${run.object} is ${job.state} and has made no progress for ${Math.round(still_ms / 1_000)} s (SF_BULK_STALL_S): it is aborted.`,
      { code: jobStalled, retryable: true },
    )
  }
  // A short job is over soon; a long one is looked at less often: every look is an API call.
  const soonMs = Math.min(Math.max(elapsed_ms, 250), config.salesforce.bulkPollMs)
  return Math.min(Math.max(soonMs, elapsed_ms / 10), 30_000)
}

/** Stores what the job is now. Returns how long the run has gone on and stood still, by the database's clock, ms. */
async function noteLook(
  pool: Connections["pool"],
  run: Run,
  job: QueryJob,
): Promise<{ elapsed_ms: number; still_ms: number }> {
  const { rows } = await pool.query<{ elapsed_ms: number; still_ms: number }>(
    "select * from sf_shadow.note_look(of_run_id => $1, of_job_id => $2, of_job_state => $3, of_job_records => $4)",
    [run.run_id, run.job_id, job.state, job.numberRecordsProcessed],
  )
  return rows[0] ?? { elapsed_ms: 0, still_ms: 0 }
}

async function finishRun(connections: Connections, run: Run): Promise<void> {
  const { pool, session, log } = connections
  const { cursor_field, filter } = await readSource(connections, run.object)
  if (run.kind === "delta" && filter !== null) await compareChanges(connections, run, cursor_field)
  const countInOrg = run.is_poll ? null : await countRecords(session, run.object, filter)
  await pool.query("select sf_shadow.finish_run(of_run_id => $1, of_count_in_org => $2)", [
    run.run_id,
    countInOrg,
  ])
  if (run.job_id === null) return
  // The result would stay for 7 days; that it does is no harm.
  await deleteJob(session, run.job_id).catch((err) =>
    log.debug(
      { event: "bulk_job_kept", object: run.object, job: run.job_id, err },
      "the job's result was not deleted",
    ),
  )
}

function logEnd({ log }: Connections, run: Run): void {
  if (run.drift > 0) driftTotal.inc({ object: run.object }, run.drift)
  const { object, run_id, kind, state, received, expected } = run
  const keys = { event: "bulk_to_shadow_ended", object, run: run_id, kind, state, received, expected }
  // A poll that has found nothing is no news.
  const level = run.is_poll && run.inserted + run.updated + run.deleted === 0 ? "debug" : "info"
  log[level](keys, `${kind} load of ${object} ended: ${state}, ${received} of ${expected} records`)
}
