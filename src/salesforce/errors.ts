import { storableMessage } from "../base/unstorable.ts"
import { type RefusedLimit, refusedLimit } from "./limit_refusal.ts"

/** The parts of a SalesforceError beside its message. */
export interface SalesforceErrorDetails {
  /** Salesforce's `errorCode`, OAuth's `error`, the socket's or TLS code, or `HTTP_<status>`. */
  code: string
  /** HTTP status; absent when no answer arrived. */
  status?: number
  /** Whether the same request may succeed later without anybody changing anything. */
  retryable: boolean
  /** How long Salesforce asked to wait (`Retry-After`), ms. */
  retryAfterMs?: number
  /** Which limit the call was refused for; it was not carried out then. */
  refused?: RefusedLimit
  cause?: unknown
}

/** Every failure of a call to Salesforce. The message is for the person on call; it holds no secret. */
export class SalesforceError extends Error {
  override readonly name = "SalesforceError"
  readonly code: string
  readonly status: number | null
  readonly retryable: boolean
  readonly retryAfterMs: number | null
  readonly refused: RefusedLimit | null

  constructor(message: string, details: SalesforceErrorDetails) {
    super(storableMessage(message), details.cause === undefined ? undefined : { cause: details.cause })
    this.code = details.code
    this.status = details.status ?? null
    this.retryable = details.retryable
    this.retryAfterMs = details.retryAfterMs ?? null
    this.refused = details.refused ?? null
  }

  /** The same failure in other words, with other details where some are given. */
  reworded(message: string, changes: Partial<SalesforceErrorDetails> = {}): SalesforceError {
    return new SalesforceError(message, {
      code: this.code,
      ...(this.status === null ? {} : { status: this.status }),
      retryable: this.retryable,
      ...(this.retryAfterMs === null ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(this.refused === null ? {} : { refused: this.refused }),
      cause: this.cause,
      ...changes,
    })
  }
}

/** Runs `work`; a SalesforceError out of it gets `purpose` (what was done, to which object) in front. */
export async function whileDoing<T>(purpose: string, work: () => PromiseLike<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error
    throw error.reworded(`${purpose}: ${error.message}`)
  }
}

// https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
const transientStatuses = new Set([408, 420, 429, 500, 502, 503, 504])
const transientCodes = new Set([
  "API_CURRENTLY_DISABLED",
  "REQUEST_LIMIT_EXCEEDED",
  "LIMIT_EXCEEDED",
  "QUERY_TIMEOUT",
  "SERVER_UNAVAILABLE",
  "UNABLE_TO_LOCK_ROW",
  "UNKNOWN_EXCEPTION",
  "URL_NOT_RESET",
])

const refusedAdvice: Record<RefusedLimit, string> = {
  concurrent: "too many long calls run in the org at this moment, of all programs together; it passes",
  DailyApiRequests:
    "where /limits says so too, the org's API requests of the last 24 hours are used up; wait, or have the limit raised",
  DailyBulkV2QueryJobs: "the org's bulk query jobs of the last 24 hours are used up; wait",
  DailyBulkV2QueryFileStorageMB:
    "the results of the org's bulk queries of the last 24 hours are too large; wait",
}

const advice: Record<string, string | undefined> = {
  INVALID_FIELD: "check the field's API name and that the service's user may read it (field-level security)",
  INVALID_TYPE: "check the object's API name and that the service's user may read it",
  INVALIDENTITY: "Bulk API 2.0 cannot query this object",
  API_DISABLED_FOR_ORG:
    "this org's edition has no API access, or the service's user lacks the right API Enabled",
  API_CURRENTLY_DISABLED: "the API is down for the moment; it passes",
  QUERY_TIMEOUT: "the query took longer than Salesforce allows",
  URL_NOT_RESET: "the org seems to move, and no login gives another host yet",
}

/** The status and decoded body of an answer that is an error. */
export interface ErrorAnswer {
  status: number
  text: string
  retryAfter?: string | undefined
  /** Its `Date` header: what a date in `Retry-After` is counted from. */
  date?: string | undefined
  /** Whether the org's instance answered, and not the login host. */
  isInstance?: boolean
}

/** Turns an error answer (JSON array, JSON object, HTML page or nothing) into a SalesforceError. */
export function errorFromAnswer(purpose: string, answer: ErrorAnswer): SalesforceError {
  const { status } = answer
  const { code, message } = decodeErrorBody(answer.text, status)
  const refused = refusedLimit(code, message)
  const advised = refused === null ? advice[code] : refusedAdvice[refused]
  const hint = advised === undefined ? "" : ` (${advised})`
  const retryAfterMs = parseRetryAfter(answer)
  return new SalesforceError(`${purpose}: Salesforce answered HTTP ${status} ${code}: ${message}${hint}`, {
    code,
    status,
    // An instance answers in JSON: a page in its stead is another's, which the org's move may have brought about.
    retryable:
      transientStatuses.has(status) ||
      transientCodes.has(code) ||
      (answer.isInstance === true && code === "HTTP_404"),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(refused === null ? {} : { refused }),
  })
}

/** Salesforce's code and message in a body: REST sends `[{errorCode, message}]`, OAuth `{error, …}`. */
function decodeErrorBody(text: string, status: number): { code: string; message: string } {
  const fallback = `HTTP_${status}`
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return { code: fallback, message: firstWords(text) || "an answer without a body" }
  }
  const first = (Array.isArray(body) ? body[0] : body) as Record<string, unknown> | null | undefined
  const code = first?.errorCode ?? first?.error
  const message = first?.message ?? first?.error_description
  return {
    code: typeof code === "string" ? code : fallback,
    message: typeof message === "string" ? message : firstWords(text) || "an answer without a body",
  }
}

/** The first words a reader would see of a text or HTML page, at most 160 characters. */
export function firstWords(text: string): string {
  const visible = text
    .slice(0, 20_000)
    .replace(/<(script|style)\b[\s\S]*?<\/\1>|<!--[\s\S]*?-->|<[^>]*>/gi, " ")
    .replace(/\s+/g, " ")
    .trim()
  return visible.length > 160 ? `${visible.slice(0, 160)}…` : visible
}

/** `Retry-After` as milliseconds from the answer on: a number of seconds, or an HTTP date by the answer's own clock. */
function parseRetryAfter({ retryAfter, date }: ErrorAnswer): number | undefined {
  if (retryAfter === undefined) return undefined
  const seconds = Number(retryAfter)
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(retryAfter) - Date.parse(date ?? "")
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
