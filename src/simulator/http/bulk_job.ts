import type { Org } from "../org/org.ts"
import type { Random } from "../org/random.ts"
import type { Row } from "../org/row.ts"
import type { Snapshot } from "../org/snapshot.ts"
import type { Query } from "../soql/query.ts"
import { ApiError } from "./api_error.ts"
import type { CsvFormat } from "./csv.ts"
import { restDatetime } from "./rest_record.ts"

const shuffledWhole = 20_000
const blockRows = 64

export type BulkState = "UploadComplete" | "InProgress" | "Aborted" | "JobComplete" | "Failed"

/** What a job was created with. */
export interface BulkRequest {
  id: string
  operation: "query" | "queryAll"
  query: Query
  columnDelimiter: string
  lineEnding: "LF" | "CRLF"
  format: CsvFormat
  apiVersion: string
}

/** The result of a complete job: its rows, and the snapshot to read parents from. */
export interface BulkResult {
  rows: readonly Row[]
  snapshot: Snapshot
}

/** What becomes of a job, decided when it is created. */
type Fate = { state: "JobComplete" } | { state: "Failed"; errorMessage: string } | { state: "Aborted" }

/**
 * One Bulk API 2.0 query job. Its times are drawn at creation: it waits, runs, and is complete; what it sees
 * is what was visible at some moment in between. Versions are kept, so the rows are found when first asked for.
 */
export class BulkJob {
  readonly request: BulkRequest
  readonly #org: Org
  readonly #createdAt: number
  readonly #startAt: number
  readonly #snapshotAt: number
  readonly #endAt: number
  readonly #fate: Fate
  #abortedAt: number | null = null
  #result: BulkResult | undefined
  /** Row offsets by locator. */
  readonly #locators = new Map<string, number>()
  readonly #resultId: string

  constructor(org: Org, request: BulkRequest, durationMs: readonly [number, number], resultId: string) {
    this.#org = org
    this.request = request
    this.#resultId = resultId
    this.#createdAt = org.now()
    const object = request.query.object.name
    this.#endAt = this.#createdAt + org.random.between(durationMs) + drawHangMs(org, object)
    this.#startAt = org.random.between([
      this.#createdAt,
      Math.min(this.#endAt, this.#createdAt + durationMs[1]),
    ])
    this.#snapshotAt = org.random.between([this.#createdAt, this.#endAt])
    this.#fate = drawFate(org, object)
  }

  get state(): BulkState {
    const now = this.#org.now()
    if (this.#abortedAt !== null) return "Aborted"
    if (now < this.#startAt) return "UploadComplete"
    if (now < this.#endAt) return "InProgress"
    return this.#fate.state
  }

  /** The rows of a complete job; throws ApiError for a job that is not. */
  result(): BulkResult {
    const { state } = this
    if (state !== "JobComplete") {
      const message = `Results are not available: the job's state is ${state}.`
      throw new ApiError(400, "INVALIDJOBSTATE", message)
    }
    if (this.#result === undefined) {
      const { query, operation } = this.request
      const snapshot = this.#org.snapshot(this.#snapshotAt)
      const rows = query.run(snapshot, operation === "queryAll")
      this.#result = { rows: query.isOrdered ? rows : unordered(rows, this.#org.random), snapshot }
    }
    return this.#result
  }

  /** Stops the job; throws ApiError when it has ended already. */
  abort(): void {
    const { state } = this
    if (state !== "UploadComplete" && state !== "InProgress") {
      throw new ApiError(400, "INVALIDJOBSTATE", `Aborting not allowed: the job's state is ${state}.`)
    }
    this.#abortedAt = this.#org.now()
  }

  /** The locator of the page that begins at a row; the same one each time. */
  locator(offset: number): string {
    const locator = Buffer.from(`0:${this.#resultId}:${offset.toString(36)}`)
      .toString("base64")
      .replace(/=+$/, "")
    this.#locators.set(locator, offset)
    return locator
  }

  /** The row where the page of a locator begins; throws ApiError for a locator never given out. */
  offset(locator: string): number {
    const offset = this.#locators.get(locator)
    if (offset === undefined) throw new ApiError(400, "INVALID_QUERY_LOCATOR", `Invalid locator: ${locator}`)
    return offset
  }

  /** The answer to the job's creation. */
  created(): Record<string, unknown> {
    const { request } = this
    return {
      id: request.id,
      operation: request.operation,
      object: request.query.object.name,
      createdById: this.#org.integrationUserId,
      createdDate: wholeSecond(this.#createdAt),
      systemModstamp: wholeSecond(this.#createdAt),
      state: this.state,
      concurrencyMode: "Parallel",
      contentType: "CSV",
      apiVersion: Number(request.apiVersion.slice(1)),
      lineEnding: request.lineEnding,
      columnDelimiter: request.columnDelimiter,
    }
  }

  /** The answer to a look at the job. */
  info(): Record<string, unknown> {
    const { state } = this
    const ended = this.#abortedAt ?? this.#endAt
    return {
      ...this.created(),
      state,
      systemModstamp: wholeSecond(Math.min(this.#org.now(), ended)),
      jobType: "V2Query",
      numberRecordsProcessed: state === "JobComplete" ? this.result().rows.length : 0,
      retries: 0,
      totalProcessingTime: Math.max(0, Math.round(Math.min(this.#org.now(), ended) - this.#startAt)),
      isPkChunkingSupported: true,
      ...(state === "Failed" && this.#fate.state === "Failed"
        ? { errorMessage: this.#fate.errorMessage }
        : {}),
    }
  }
}

/**
 * Rows in no order, as parallel chunks come back. Large results are shuffled in blocks: row by row would
 * halve the speed at which they are read, for want of cache.
 */
function unordered(rows: Row[], random: Random): Row[] {
  if (rows.length <= shuffledWhole) return random.shuffle(rows)
  const blocks: Row[][] = []
  for (let from = 0; from < rows.length; from += blockRows)
    blocks.push(rows.slice(from, from + blockRows).reverse())
  return random.shuffle(blocks).flat()
}

const isFor =
  (object: string) =>
  (settings: { object?: string }): boolean =>
    settings.object === undefined || settings.object === object

/** How much longer than it should the job takes, ms. */
function drawHangMs(org: Org, object: string): number {
  const hang = org.faults.strike("bulk.hang", isFor(object))
  return hang === undefined ? 0 : (hang.settings.forMs ?? Number.POSITIVE_INFINITY)
}

function drawFate(org: Org, object: string): Fate {
  const applies = isFor(object)
  const failed = org.faults.strike("bulk.fail", applies)
  if (failed !== undefined) return { state: "Failed", errorMessage: failed.settings.errorMessage }
  if (org.faults.strike("bulk.abort", applies) !== undefined) return { state: "Aborted" }
  return { state: "JobComplete" }
}

function wholeSecond(epochMs: number): string {
  return restDatetime(Math.floor(epochMs / 1000) * 1000)
}
