import type { Readable } from "node:stream"
import { readClock } from "./clock.ts"
import { firstWords, SalesforceError } from "./errors.ts"
import {
  type ExchangeContext,
  type Exchanged,
  type ExchangeRequest,
  exchangeStream,
  exchangeText,
} from "./exchange.ts"

/** One call to the org, without what the session adds (host, token). */
export interface SalesforceRequest {
  method?: "GET" | "POST" | "PATCH" | "DELETE"
  /** From `/services/…` on, query included. */
  path: string
  /** What is being done, to which object; opens every error message. */
  purpose: string
  /** JSON text. */
  body?: string
  headers?: Record<string, string>
  /** Whether the call may be repeated after a failure. Default: GET only. */
  repeatable?: boolean
  /** Ends the call; it then fails with the code ABORT_ERR. */
  signal?: AbortSignal
}

/** An answer read to its end. */
export interface SalesforceAnswer {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  text: string
  /** Bounds, on Salesforce's clock, for the moment at which the data was read (design, section 5). */
  readFrom: Date
  readTo: Date
}

/** An answer whose body is still to be read. */
export interface SalesforceStream {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  body: Readable
}

/** The org's API requests of the last 24 hours, from `Sforce-Limit-Info`. */
export interface ApiUsage {
  used: number
  max: number
}

/** Sends calls to the org with the session's token. All failures are SalesforceErrors. */
export interface SalesforceHttp {
  send(request: SalesforceRequest): Promise<SalesforceAnswer>
  open(request: SalesforceRequest): Promise<SalesforceStream>
}

/** What the calls need of the session. */
export interface HttpSession {
  /** The token in use; logs in when there is none. */
  credentials(): Promise<{ accessToken: string; instanceUrl: string }>
  /** Logs in again; one login for all who ask at the same time. */
  renew(): Promise<void>
  exchange: ExchangeContext
}

/** How long a GET is repeated before its error is handed on: the job's own retry takes over then. */
const repeatForMs = 60_000

/** The calls of a session: token, one renewal on 401, repeats of what may be repeated. */
export function createHttp(session: HttpSession): SalesforceHttp {
  async function withToken<Body>(
    request: SalesforceRequest,
    exchange: (request: ExchangeRequest, context: ExchangeContext) => Promise<Exchanged<Body>>,
  ): Promise<Exchanged<Body>> {
    const first = await session.credentials()
    try {
      return await exchange(authorized(request, first), session.exchange)
    } catch (error) {
      if (!isExpired(error)) throw error
    }
    // Another call may have renewed the token while this one was under way.
    if ((await session.credentials()).accessToken === first.accessToken) await session.renew()
    try {
      return await exchange(authorized(request, await session.credentials()), session.exchange)
    } catch (error) {
      throw isExpired(error) ? refused(error) : error
    }
  }
  return {
    async send(request) {
      const answer = await withToken(request, exchangeText)
      const endedAt = performance.now()
      if (answer.body !== "" && !/^application\/json\b/i.test(answer.headers["content-type"] ?? "")) {
        throw notJson(request, answer)
      }
      const reading = readClock(answer.headers.date, answer.startedAt, answer.answeredAt)
      if (!reading) {
        throw new SalesforceError(
          `${request.purpose}: the answer has no Date header, so its age is unknown`,
          {
            code: "NO_DATE_HEADER",
            status: answer.status,
            retryable: true,
          },
        )
      }
      return {
        status: answer.status,
        headers: answer.headers,
        text: answer.body,
        // The body may be produced while it is sent, so the read ends no earlier than its last byte.
        readFrom: reading.earliest(answer.startedAt),
        readTo: reading.latest(endedAt),
      }
    },
    async open(request) {
      const { status, headers, body } = await withToken(request, exchangeStream)
      return { status, headers, body }
    },
  }
}

function authorized(
  request: SalesforceRequest,
  credentials: { accessToken: string; instanceUrl: string },
): ExchangeRequest {
  const url = new URL(request.path, credentials.instanceUrl)
  const method = request.method ?? "GET"
  const repeatable = request.repeatable ?? method === "GET"
  return {
    url,
    method,
    headers: {
      accept: "application/json",
      ...(request.body === undefined ? {} : { "content-type": "application/json" }),
      ...request.headers,
      authorization: `Bearer ${credentials.accessToken}`,
    },
    ...(request.body === undefined ? {} : { body: request.body }),
    purpose: request.purpose,
    to: { host: url.host, variable: null },
    repeatForMs: repeatable ? repeatForMs : 0,
    repeatConnect: true,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  }
}

/** Proxies and maintenance pages answer with HTML and status 200. */
function notJson(request: SalesforceRequest, answer: Exchanged<string>): SalesforceError {
  const type = answer.headers["content-type"] ?? "no content type"
  return new SalesforceError(
    `${request.purpose}: Salesforce answered ${type} where JSON was due: ${firstWords(answer.body)}`,
    { code: "NOT_JSON", status: answer.status, retryable: true },
  )
}

function isExpired(error: unknown): error is SalesforceError {
  return error instanceof SalesforceError && error.status === 401
}

function refused(error: SalesforceError): SalesforceError {
  return new SalesforceError(
    `${error.message}. A token issued a moment ago was refused as well, so logging in again does not help: ` +
      "check that the connected app has the scope api, and that IP rules and the user's profile allow the API",
    { code: error.code, status: 401, retryable: false },
  )
}

/** Reads `Sforce-Limit-Info: api-usage=25/5000; …`; undefined when the header is absent or odd. */
export function parseLimitInfo(header: string | undefined): ApiUsage | undefined {
  const match = /(?:^|[;\s])api-usage=(\d+)\/(\d+)/.exec(header ?? "")
  return match ? { used: Number(match[1]), max: Number(match[2]) } : undefined
}
