import type { Readable } from "node:stream"
import { setTimeout as delay } from "node:timers/promises"
import { type Dispatcher, request as undiciRequest } from "undici"
import { isProxied, type ProxyConfig, proxyName } from "../base/proxy.ts"
import { markBytes } from "../base/unstorable.ts"
import { errorFromAnswer, firstWords, SalesforceError } from "./errors.ts"
import { type Destination, errorFromTransport, isConnectFailure } from "./transport_errors.ts"

/** One HTTP request, complete: the layer that knows of attempts and timeouts, and of nothing else. */
export interface ExchangeRequest {
  method: "GET" | "POST" | "PATCH" | "DELETE"
  body?: string
  /** What is being done, to which object; opens every error message. */
  purpose: string
  /** Where the next attempt goes, and with what. */
  target(): { url: URL; headers: Record<string, string> }
  /** The variable that decides where it goes; null where a login does. */
  variable: Destination["variable"]
  /** For how long a failed attempt may be followed by another one, ms. */
  repeatForMs: number
  /** Whether repeating does harm, so that only an attempt that Salesforce refused to carry out is followed by another. */
  onlyRefused: boolean
  /** Whether a failure to connect at all is worth another attempt. */
  repeatConnect: boolean
  /** Ends this exchange, besides the context's own signal. */
  signal?: AbortSignal
  /**
   * Told of each attempt that failed. True: its target is another one now, to which the request is sent at once.
   * Without it an error is an error.
   */
  retarget?(error: SalesforceError): Promise<boolean>
}

/** An answer with a 2xx status. Times are `performance.now()`, ms, of the attempt that succeeded. */
export interface Exchanged<Body> {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  body: Body
  /** Who answered. */
  from: Destination
  startedAt: number
  /** When the headers had arrived. */
  answeredAt: number
}

/** What an exchange is done with. */
export interface ExchangeContext {
  dispatcher: Dispatcher
  /** What the dispatcher goes through, for the words of errors. */
  proxy?: ProxyConfig
  /** Ends waiting and running exchanges when the session closes. */
  signal: AbortSignal
  /** Called with the headers of every answer, errors too. */
  onAnswer?: (headers: Record<string, string>, startedAt: number, answeredAt: number) => void
  /** Called with each answer that is an error. */
  onFailure?: (error: SalesforceError) => void
}

const backoff = { firstMs: 500, factor: 2, maxMs: 16_000 }

/** Sends a request and reads the whole answer as text; a body that breaks off counts as a failed attempt. */
export function exchangeText(request: ExchangeRequest, context: ExchangeContext): Promise<Exchanged<string>> {
  return repeated(request, context, async () => {
    const answer = await attempt(request, context)
    try {
      return { ...answer, body: await textOf(answer.body) }
    } catch (error) {
      throw errorFromTransport(request.purpose, answer.from, error)
    }
  })
}

/** Sends a request and returns the answer with its body still to be read, as it came (perhaps gzip). */
export function exchangeStream(
  request: ExchangeRequest,
  context: ExchangeContext,
): Promise<Exchanged<Readable>> {
  return repeated(request, context, () => attempt(request, context))
}

/**
 * Repeats `work` while it fails with a passing fault: waits with full jitter, doubling from 0.5 s to 16 s,
 * or for as long as `Retry-After` says. A wait that would end after `repeatForMs` is not begun.
 */
async function repeated<T>(
  request: ExchangeRequest,
  context: ExchangeContext,
  work: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + request.repeatForMs
  const signal = signalOf(request, context)
  for (let ceiling = backoff.firstMs; ; ceiling = Math.min(ceiling * backoff.factor, backoff.maxMs)) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof SalesforceError) || !isWorthRepeating(error, request)) throw error
      // Half of the wait is fixed, so that a jitter of nearly zero does not spend the attempts at once.
      const waitMs = error.retryAfterMs ?? (ceiling / 2) * (1 + Math.random())
      if (performance.now() + waitMs >= deadline || signal.aborted) throw error
      await delay(waitMs, undefined, { signal }).catch(() => {
        throw error
      })
    }
  }
}

function signalOf(request: ExchangeRequest, context: ExchangeContext): AbortSignal {
  return request.signal === undefined ? context.signal : AbortSignal.any([context.signal, request.signal])
}

/** Codes with a 4xx status that another attempt within the minute might not meet. */
const soonOver = new Set([
  "API_CURRENTLY_DISABLED",
  "SERVER_UNAVAILABLE",
  "UNABLE_TO_LOCK_ROW",
  "URL_NOT_RESET",
])

function isWorthRepeating(error: SalesforceError, request: ExchangeRequest): boolean {
  if (!error.retryable) return false
  if (error.refused === "concurrent") return true
  if (request.onlyRefused) return false
  // A used-up limit, or a query that takes too long, answers 4xx: the caller's schedule, not ours.
  if (error.status !== null) {
    const { status, code } = error
    return status < 400 || soonOver.has(code) || status >= 500 || [408, 420, 429].includes(status)
  }
  return request.repeatConnect || !isConnectFailure(error.code)
}

type UndiciBody = Readable & { arrayBuffer(): Promise<ArrayBuffer> }

/** Undici's own `text()` would put U+FFFD, without a word, in the place of bytes that are not UTF-8. */
async function textOf(body: UndiciBody): Promise<string> {
  return new TextDecoder().decode(markBytes(Buffer.from(await body.arrayBuffer())))
}

async function attempt(request: ExchangeRequest, context: ExchangeContext): Promise<Exchanged<UndiciBody>> {
  for (;;) {
    try {
      return await sendOnce(request, context)
    } catch (error) {
      if (!(error instanceof SalesforceError) || !(await request.retarget?.(error))) throw error
    }
  }
}

async function sendOnce(request: ExchangeRequest, context: ExchangeContext): Promise<Exchanged<UndiciBody>> {
  const { url, headers: sent } = request.target()
  const { proxy } = context
  const isThrough = proxy !== undefined && isProxied(proxy, url.hostname, Number(url.port) || 443)
  const to: Destination = {
    host: url.host,
    variable: request.variable,
    ...(isThrough ? { proxy: proxyName(proxy) } : {}),
  }
  const startedAt = performance.now()
  let answer: Dispatcher.ResponseData
  try {
    answer = await undiciRequest(url, {
      dispatcher: context.dispatcher,
      method: request.method,
      headers: sent,
      body: request.body ?? null,
      signal: signalOf(request, context),
    })
  } catch (error) {
    throw errorFromTransport(request.purpose, to, error)
  }
  const answeredAt = performance.now()
  const headers = plainHeaders(answer.headers)
  context.onAnswer?.(headers, startedAt, answeredAt)
  if (answer.statusCode >= 200 && answer.statusCode < 300) {
    return { status: answer.statusCode, headers, body: answer.body, from: to, startedAt, answeredAt }
  }
  // An error body that breaks off does not hide the status.
  const text = await textOf(answer.body).catch(() => "")
  if (answer.statusCode >= 300 && answer.statusCode < 400)
    throw redirected(request.purpose, to, answer.statusCode, headers)
  const failure = errorFromAnswer(request.purpose, {
    status: answer.statusCode,
    text,
    retryAfter: headers["retry-after"],
    date: headers.date,
    isInstance: to.variable === null,
  })
  context.onFailure?.(failure)
  throw failure
}

function plainHeaders(headers: Dispatcher.ResponseData["headers"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : `${value}`,
    ]),
  )
}

function redirected(
  purpose: string,
  { host, variable }: Destination,
  status: number,
  headers: Record<string, string>,
): SalesforceError {
  // Followed, a redirect would send the token or the secret to a host that nobody configured.
  const location = firstWords(headers.location ?? "nowhere").split("?")[0]
  const what =
    variable === null
      ? "the org seems to move, and no login gives another host yet"
      : `set ${variable} to the host that answers`
  return new SalesforceError(`${purpose}: ${host} redirects to ${location}; ${what}`, {
    code: `HTTP_${status}`,
    status,
    retryable: variable === null,
  })
}
