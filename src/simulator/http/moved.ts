import type { FastifyReply, FastifyRequest } from "fastify"
import { ApiError } from "./api_error.ts"

/**
 * What answers at the old host of an org that has moved to another instance: a redirect to the new one, the error
 * URL_NOT_RESET, a connection that is closed without an answer, or nobody (connections are refused).
 */
export type OldHost = "redirects" | "url-not-reset" | "hangs-up" | "refuses"

/** Where an org has gone, and what is left of it. */
export interface Moved {
  /** Origin of the new instance. */
  to: string
  old: OldHost
}

/** Answers as the old host does; false for what is not the instance's, such as logins. */
export function answerMoved({ to, old }: Moved, request: FastifyRequest, reply: FastifyReply): boolean {
  if (!request.url.startsWith("/services/data/")) return false
  if (old === "url-not-reset") {
    const message = "Destination URL not reset. The URL returned from login must be set"
    throw new ApiError(404, "URL_NOT_RESET", message)
  }
  if (old === "redirects") {
    reply.code(302).header("location", new URL(request.url, to).href).send()
    return true
  }
  reply.hijack()
  request.raw.socket.destroy()
  return true
}
