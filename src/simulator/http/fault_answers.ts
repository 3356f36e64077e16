import { Readable, Transform } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import type { FastifyReply, FastifyRequest } from "fastify"
import type { Faults } from "../faults.ts"

const html = (title: string) =>
  `<html>\n<head><title>${title}</title></head>\n<body>\n<center><h1>${title}</h1></center>\n</body>\n</html>\n`

const json = (errorCode: string, message: string) => JSON.stringify([{ message, errorCode }])

/** The bodies Salesforce and its edge send with an error status. */
const bodies: Record<number, { type: string; body: string }> = {
  400: {
    type: "application/json",
    body: json("QUERY_TIMEOUT", "Your query request was running for too long."),
  },
  401: { type: "application/json", body: json("INVALID_SESSION_ID", "Session expired or invalid") },
  403: { type: "application/json", body: json("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.") },
  404: { type: "application/json", body: json("NOT_FOUND", "The requested resource does not exist") },
  420: { type: "text/html", body: "" },
  500: {
    type: "application/json",
    body: json(
      "UNKNOWN_EXCEPTION",
      "An unexpected error occurred. Please include this ErrorId if you contact support: 1406813513-37442 (929183432)",
    ),
  },
  502: { type: "text/html", body: html("502 Bad Gateway") },
  503: {
    type: "application/json",
    body: json("SERVER_UNAVAILABLE", "The server is temporarily unavailable."),
  },
}

/** Answers with an armed error status or HTML page; false where no such fault applies. */
export function answerWithFault(faults: Faults, request: FastifyRequest, reply: FastifyReply): boolean {
  const applies = (settings: { path?: RegExp }) => settings.path?.test(request.url) ?? true
  const status = faults.strike("http.status", applies)
  if (status !== undefined) {
    const usual = usualAnswer(status.settings.status, request.url)
    reply.code(status.settings.status).type(usual.type)
    reply.send(status.settings.body ?? usual.body)
    return true
  }
  if (faults.strike("http.html", applies) === undefined) return false
  reply.code(200).type("text/html").send(html("Down For Maintenance"))
  return true
}

function usualAnswer(status: number, url: string): { type: string; body: string } {
  const usual = bodies[status] ?? { type: "text/html", body: "" }
  if (status !== 400 || !url.includes("/oauth2/")) return usual
  const body = JSON.stringify({ error: "invalid_grant", error_description: "expired access/refresh token" })
  return { type: "application/json", body }
}

/** Waits where an armed fault makes the request's query a long one. */
export async function longQuery(faults: Faults, request: FastifyRequest): Promise<void> {
  const long = faults.strike("http.long", ({ path }) => path?.test(request.url) ?? true)
  if (long !== undefined) await sleep(long.settings.ms, undefined, { ref: false })
}

/** Lets the armed faults of the way back strike a body: a header missing, the body slow or cut. */
export function faultyBody(
  faults: Faults,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: string | Buffer | Readable | null,
): string | Buffer | Readable | null {
  const applies = (settings: { path?: RegExp }) => settings.path?.test(request.url) ?? true
  const missing = faults.strike("http.missing-header", applies)
  if (missing !== undefined) reply.removeHeader(missing.settings.header)
  const slow = faults.strike("http.slow", applies)
  const cut = faults.strike("http.cut", applies)
  if (payload === null || (slow === undefined && cut === undefined)) return payload
  reply.removeHeader("content-length")
  const source = payload instanceof Readable ? payload : Readable.from([Buffer.from(payload)])
  const afterBytes = slow?.settings.afterBytes ?? cut?.settings.afterBytes ?? 0
  const body = heldUp(afterBytes, (goOn) => {
    if (slow !== undefined) setTimeout(goOn, slow.settings.pauseMs).unref()
    else request.raw.socket.destroy()
  })
  body.on("close", () => source.destroy())
  return source.on("error", (error) => body.destroy(error)).pipe(body)
}

/** Passes so many bytes, then calls `hold` and passes the rest once that calls back. */
function heldUp(afterBytes: number, hold: (goOn: () => void) => void): Transform {
  let left = afterBytes
  let held = false
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (held || chunk.length < left) {
        left -= chunk.length
        done(null, chunk)
        return
      }
      held = true
      this.push(chunk.subarray(0, left))
      setImmediate(() => hold(() => done(null, chunk.subarray(left))))
    },
  })
}
