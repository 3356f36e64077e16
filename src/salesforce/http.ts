import type { Readable } from "node:stream"
import { readClock } from "./clock.ts"
import type { CurrentLogin } from "./current_login.ts"
import { firstWords, SalesforceError } from "./errors.ts"
import {
  type ExchangeContext,
  type Exchanged,
  type ExchangeRequest,
  exchangeStream,
  exchangeText,
} from "./exchange.ts"
import type { Login } from "./login.ts"
import { staleLogin } from "./stale_login.ts"

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
  /** Bounds, on Salesforce's clock, for the moment at which the data was read (docs/rules.md). */
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
  login: CurrentLogin
  exchange: ExchangeContext
}

/** How long a GET is repeated before its error is handed on: the job's own retry takes over then. */
const repeatForMs = 60_000
/** How many other instances one call follows its org to. */
const movesAtMost = 3

/**
 * The calls of a session: token, a new login where the one in use does not hold any more (expired, or the org is at
 * another instance), repeats of what may be repeated.
 */
export function createHttp(session: HttpSession): SalesforceHttp {
  async function withToken<Body>(
    request: SalesforceRequest,
    exchange: (request: ExchangeRequest, context: ExchangeContext) => Promise<Exchanged<Body>>,
  ): Promise<Exchanged<Body>> {
    let login = await session.login.get()
    let [isRenewed, moves] = [false, 0]
    const mayRepeat = isRepeatable(request)
    return exchange(
      {
        ...exchangeOf(request),
        target: () => authorized(request, login),
        async retarget(error) {
          const stale = staleLogin(error)
          if (stale === undefined || moves >= movesAtMost) return false
          if (stale.why === "expired" && isRenewed) throw refused(error)
          const other = await session.login.replace(login, stale.why)
          if (other === null) return false
          login = other
          if (stale.why === "moved") moves += 1
          else isRenewed = true
          return mayRepeat || !stale.mayHaveArrived
        },
      },
      session.exchange,
    )
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

function isRepeatable({ method = "GET", repeatable = method === "GET" }: SalesforceRequest): boolean {
  return repeatable
}

function exchangeOf(request: SalesforceRequest): Omit<ExchangeRequest, "target"> {
  return {
    method: request.method ?? "GET",
    ...(request.body === undefined ? {} : { body: request.body }),
    purpose: request.purpose,
    variable: null,
    // Where there is another answer at hand, not even a call that was refused is sent again.
    repeatForMs: request.repeatable === false ? 0 : repeatForMs,
    onlyRefused: !isRepeatable(request),
    repeatConnect: true,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  }
}

function authorized(
  { path, headers, body }: SalesforceRequest,
  { accessToken, instanceUrl }: Login,
): ReturnType<ExchangeRequest["target"]> {
  return {
    url: new URL(path, instanceUrl),
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
      authorization: `Bearer ${accessToken}`,
    },
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

function refused(error: SalesforceError): SalesforceError {
  return error.reworded(
    `${error.message}. A token issued a moment ago was refused as well, so logging in again does not help: ` +
      "check that the app has the scope api, and that IP rules and the user's profile allow the API",
    { retryable: false },
  )
}

/** Reads `Sforce-Limit-Info: api-usage=25/5000; …`; undefined when the header is absent or odd. */
export function parseLimitInfo(header: string | undefined): ApiUsage | undefined {
  const match = /(?:^|[;\s])api-usage=(\d+)\/(\d+)/.exec(header ?? "")
  return match ? { used: Number(match[1]), max: Number(match[2]) } : undefined
}
