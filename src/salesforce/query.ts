import { errorFromAnswer, SalesforceError } from "./errors.ts"
import type { SalesforceAnswer } from "./http.ts"
import { parseLosslessly } from "./lossless_json.ts"
import type { Session } from "./session.ts"

/** How a call is made. */
export interface Call {
  /** Ends the call. */
  signal?: AbortSignal
  /** Whether it is sent again after a passing failure. Default true; for whoever has another answer at hand, false. */
  repeatable?: boolean
}

/** A record as REST answers it: parents nested. */
export type RecordBody = Record<string, unknown>

/** One answer to a query. */
export interface QueryPage {
  records: RecordBody[]
  /** How many records the query finds on all its pages. */
  totalSize: number
  /** Path of the next page; undefined on the last one. */
  next: string | undefined
  answer: SalesforceAnswer
}

type Page = Omit<QueryPage, "answer">

/** The longest query (salesforce_app_limits_platform_soslsoql.htm). */
export const maxSoqlCharacters = 100_000
/** URI and headers together may have 16,384 bytes (help article 000386264); the rest is for the headers. */
const maxQueryUriBytes = 12_000

/**
 * Runs a query to its last page. One that is too long for a URI (wide objects, long lists of ids) goes in the body of a
 * composite request, as Salesforce advises (help article 000386264): a record is then still read by one query, whole.
 */
export async function query(
  session: Session,
  soql: string,
  purpose: string,
  call: Call,
): Promise<{ found: RecordBody[]; answers: SalesforceAnswer[] }> {
  const found: RecordBody[] = []
  const answers: SalesforceAnswer[] = []
  for (let path: string | undefined = queryPath(session, soql, purpose); path !== undefined; ) {
    const page: QueryPage = await queryPage(session, path, purpose, call)
    found.push(...page.records)
    answers.push(page.answer)
    path = page.next
  }
  return { found, answers }
}

/**
 * The path of a query's first page.
 *
 * @param operation `queryAll` finds records in the recycle bin as well
 * @throws SalesforceError for a query that Salesforce would refuse for its length
 */
export function queryPath(
  session: Session,
  soql: string,
  purpose: string,
  operation: "query" | "queryAll" = "query",
): string {
  assertQueryLength(purpose, soql)
  return `${session.basePath}/${operation}?q=${encodeURIComponent(soql)}`
}

/** Asks for one page of a query, by its path or by the `next` of the page before it. */
export async function queryPage(
  session: Session,
  path: string,
  purpose: string,
  call: Call,
): Promise<QueryPage> {
  const isLong = path.length > maxQueryUriBytes
  const answer = await (isLong ? sendInBody : sendInUri)(session, path, purpose, call)
  return { ...(isLong ? pageOfComposite : pageOf)(purpose, answer), answer }
}

/** A SOQL text literal (soql_sosl: Quoted String Escape Sequences). */
export function soqlText(value: string): string {
  const escapes: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f" }
  return `'${value.replace(/[\\'"]/g, "\\$&").replace(/[\n\r\t\b\f]/g, (character) => escapes[character] ?? character)}'`
}

/** A read may be repeated without harm, by its form a POST or not. */
export function callOf({ signal, repeatable = true }: Call): Call {
  return { repeatable, ...(signal === undefined ? {} : { signal }) }
}

function sendInUri(session: Session, path: string, purpose: string, call: Call): Promise<SalesforceAnswer> {
  return session.send({ path, purpose, ...callOf(call) })
}

function sendInBody(session: Session, url: string, purpose: string, call: Call): Promise<SalesforceAnswer> {
  const compositeRequest = [{ method: "GET", url, referenceId: "query" }]
  return session.send({
    method: "POST",
    path: `${session.basePath}/composite`,
    purpose,
    body: JSON.stringify({ compositeRequest }),
    ...callOf(call),
  })
}

function pageOf(purpose: string, answer: SalesforceAnswer): Page {
  return toPage(purpose, answer, parseAnswer(purpose, answer))
}

/** The status of a composite request says nothing of the query in it. */
function pageOfComposite(purpose: string, answer: SalesforceAnswer): Page {
  const whole = parseAnswer(purpose, answer) as {
    compositeResponse?: { body?: unknown; httpStatusCode?: unknown }[]
  } | null
  const part = whole?.compositeResponse?.[0]
  const status = Number(part?.httpStatusCode)
  if (status >= 400) throw errorFromAnswer(purpose, { status, text: JSON.stringify(part?.body) })
  return toPage(purpose, answer, part?.body)
}

function toPage(purpose: string, answer: SalesforceAnswer, body: unknown): Page {
  const page = (body ?? {}) as {
    records?: RecordBody[]
    totalSize?: unknown
    done?: boolean
    nextRecordsUrl?: string
  }
  if (!Array.isArray(page.records) || (page.done !== true && !page.nextRecordsUrl)) {
    throw unexpected(purpose, answer, "is no query result")
  }
  return {
    records: page.records,
    totalSize: Number(page.totalSize),
    next: page.done === true ? undefined : page.nextRecordsUrl,
  }
}

/** The answer's JSON, numbers as they were written. @throws SalesforceError where it is none */
export function parseAnswer(purpose: string, answer: SalesforceAnswer): unknown {
  try {
    return parseLosslessly(answer.text)
  } catch {
    throw unexpected(purpose, answer, "is not JSON")
  }
}

/** An answer that is not what was asked for; the same call may succeed later. */
export function unexpected(purpose: string, answer: SalesforceAnswer, what: string): SalesforceError {
  return new SalesforceError(`${purpose}: the answer (${answer.text.length} characters) ${what}`, {
    code: "UNEXPECTED_ANSWER",
    status: answer.status,
    retryable: true,
  })
}

/** @throws SalesforceError for a query that Salesforce would refuse for its length, saying what to do */
export function assertQueryLength(purpose: string, soql: string): void {
  if (soql.length <= maxSoqlCharacters) return
  throw new SalesforceError(
    `${purpose}: the query has ${soql.length} characters, and Salesforce takes ${maxSoqlCharacters}: map fewer fields of the object`,
    { code: "QUERY_TOO_LONG", retryable: false },
  )
}
