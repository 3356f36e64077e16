import { PassThrough, pipeline, type Readable } from "node:stream"
import { createGunzip } from "node:zlib"
import { unlessResultGone } from "./bulk.ts"
import { firstWords, SalesforceError } from "./errors.ts"
import type { SalesforceStream } from "./http.ts"
import type { Session } from "./session.ts"
import { errorFromTransport } from "./transport_errors.ts"

/** Which page of a job's result. */
export interface PageRequest {
  /** Of the page before; null for the first page. A locator may be asked again while the job exists. */
  locator: string | null
  maxRecords: number
}

/** One result page, its body still to be read. */
export interface ResultPage {
  /**
   * The CSV bytes, unzipped, header row first. Fails with a retryable SalesforceError when the connection
   * breaks, the gzip ends early, or no byte arrives for `httpIdleMs`. Destroy it to give the page up.
   */
  body: Readable
  /** What Salesforce says the page holds; compare it with what was read. */
  numberOfRecords: number
  /** Null after the last page. */
  nextLocator: string | null
}

/**
 * Opens a page of a completed job (`GET …/jobs/query/ID/results`, CSV, gzip). Fails with the code of `resultGone`
 * where the org does not have it any more.
 */
export async function openResultPage(
  session: Session,
  jobId: string,
  request: PageRequest,
): Promise<ResultPage> {
  const page = request.locator === null ? "the first page" : `the page at locator ${request.locator}`
  const purpose = `Download of ${page} of bulk job ${jobId}`
  const query = new URLSearchParams({
    ...(request.locator === null ? {} : { locator: request.locator }),
    maxRecords: String(request.maxRecords),
  })
  const answer = await unlessResultGone(() =>
    session.open({
      path: `${session.basePath}/jobs/query/${jobId}/results?${query}`,
      purpose,
      headers: { accept: "text/csv", "accept-encoding": "gzip" },
    }),
  )
  try {
    await checkContentType(purpose, answer)
    const body = new PageBody(purpose, new URL((await session.credentials()).instanceUrl).host)
    // Its reader may first wait for a database lock; an error until then must not end the process.
    body.on("error", () => {})
    const numberOfRecords = parseCount(purpose, answer)
    const nextLocator = parseLocator(purpose, answer)
    // The pipeline destroys all its streams when one fails or the reader gives up; PageBody words the error.
    const ended = () => {}
    if (answer.headers["content-encoding"] === "gzip") pipeline(answer.body, createGunzip(), body, ended)
    else pipeline(answer.body, body, ended)
    return { body, numberOfRecords, nextLocator }
  } catch (error) {
    answer.body.on("error", () => {}).destroy()
    throw error
  }
}

/** The end of the page's pipeline: hands on bytes, and turns what broke before it into a SalesforceError. */
class PageBody extends PassThrough {
  readonly #purpose: string
  readonly #host: string

  constructor(purpose: string, host: string) {
    super()
    this.#purpose = purpose
    this.#host = host
  }

  override destroy(error?: Error): this {
    const to = { host: this.#host, variable: null }
    return super.destroy(error && errorFromTransport(this.#purpose, to, error))
  }
}

async function checkContentType(purpose: string, answer: SalesforceStream): Promise<void> {
  const contentType = answer.headers["content-type"] ?? ""
  if (/^text\/csv\b/i.test(contentType)) return
  const words = firstWords(await readStart(answer)) || "an empty body"
  throw new SalesforceError(
    `${purpose}: Salesforce answered ${contentType || "no content type"} where CSV was due: ${words}`,
    { code: "NOT_CSV", status: answer.status, retryable: true },
  )
}

/** The first kilobytes of a body that is thrown away afterwards. */
async function readStart(answer: SalesforceStream): Promise<string> {
  const unzipped = answer.headers["content-encoding"] === "gzip" ? createGunzip() : new PassThrough()
  pipeline(answer.body, unzipped, () => {})
  const parts: Buffer[] = []
  let length = 0
  try {
    for await (const part of unzipped as AsyncIterable<Buffer>) {
      parts.push(part)
      length += part.length
      if (length > 16_384) break
    }
  } catch {
    // What did arrive is told; the error that matters is the content type.
  }
  return Buffer.concat(parts).toString("utf8")
}

function parseCount(purpose: string, answer: SalesforceStream): number {
  const header = answer.headers["sforce-numberofrecords"]
  if (header !== undefined && /^\d+$/.test(header)) return Number(header)
  throw missingHeader(purpose, "Sforce-NumberOfRecords", header, answer.status)
}

/** Salesforce writes the literal text `null` on the last page. A missing header is no last page. */
function parseLocator(purpose: string, answer: SalesforceStream): string | null {
  const header = answer.headers["sforce-locator"]
  if (header) return header === "null" ? null : header
  throw missingHeader(purpose, "Sforce-Locator", header, answer.status)
}

function missingHeader(
  purpose: string,
  name: string,
  value: string | undefined,
  status: number,
): SalesforceError {
  const what = value === undefined ? `has no ${name} header` : `has the ${name} header "${value}"`
  return new SalesforceError(`${purpose}: the answer ${what}, so it cannot be told what the page holds`, {
    code: "BAD_PAGE_HEADER",
    status,
    retryable: true,
  })
}
