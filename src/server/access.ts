import { createHash, timingSafeEqual } from "node:crypto"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { loopback } from "../base/variables.ts"

declare module "fastify" {
  interface FastifyRequest {
    /** Whether the caller may see details: it has shown HTTP_TOKEN, or none is configured and it names this machine. */
    isTrusted: boolean
  }
  interface FastifyContextConfig {
    /** Answers without HTTP_TOKEN too, for orchestrators; what it tells depends on `request.isTrusted`. */
    open?: boolean
  }
}

/**
 * Puts one check before every route, those of paths that do not exist included: with a token, a request without
 * `Authorization: Bearer TOKEN` is answered 401, except for routes with `config: { open: true }`. A browser cannot
 * be told to send a bearer token: it may log in by Basic, with any user name and the token as its password.
 * Without a token only this machine reaches the port, but so does a browser on it, for any web page whose host name
 * was pointed here (DNS rebinding): a request whose Host does not name this machine is answered 421.
 *
 * @param token HTTP_TOKEN; undefined: whoever reaches the port under a name of this machine is trusted
 */
export function guardRoutes(app: FastifyInstance, token: string | undefined): void {
  const wanted = token === undefined ? undefined : digest(token)
  app.decorateRequest("isTrusted", false)
  app.addHook("onRequest", async (request, reply) => {
    request.isTrusted =
      wanted === undefined
        ? loopback.test(request.hostname)
        : timingSafeEqual(digest(shownToken(request) ?? ""), wanted)
    if (request.isTrusted || request.routeOptions.config.open) return
    return wanted === undefined ? refuseHost(reply, request.hostname) : askForToken(reply)
  })
}

function askForToken(reply: FastifyReply): FastifyReply {
  return (
    reply
      .code(401)
      // Each in a header of its own: behind Bearer in one header, Chromium does not find Basic and never asks.
      .header("www-authenticate", ['Basic realm="sf-shadow", charset="UTF-8"', 'Bearer realm="sf-shadow"'])
      .send({
        error: "unauthorized",
        hint: "Send the header Authorization: Bearer, with the value of HTTP_TOKEN.",
      })
  )
}

function refuseHost(reply: FastifyReply, host: string): FastifyReply {
  return reply.code(421).send({
    error: `${host} is no name of this machine`,
    hint: "Ask for localhost or 127.0.0.1, or set HTTP_TOKEN: then any name will do.",
  })
}

/** Of equal length whatever was sent: neither its length nor a common beginning shows in the time it takes. */
function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest()
}

function shownToken({ headers }: FastifyRequest): string | undefined {
  const [, scheme = "", credentials = ""] = /^(\S+) +(\S+)$/.exec(headers.authorization ?? "") ?? []
  switch (scheme.toLowerCase()) {
    case "bearer":
      return credentials
    case "basic":
      return /^[^:]*:(.*)$/s.exec(Buffer.from(credentials, "base64").toString("utf8"))?.[1]
    default:
      return undefined
  }
}
