import { type Metadata, status } from "@grpc/grpc-js"
import { storableMessage } from "../base/unstorable.ts"

/**
 * What to do about an error of the Pub/Sub API:
 * - retry: transient, again from the same replay id with backoff
 * - relogin: log in again, then the same replay id
 * - position-lost: the replay id is not accepted; the missed events must come from elsewhere
 * - slow-down: too many connections or requests, again after a longer pause
 * - limit: the org's event allocation of 24 hours is used up; stay disconnected for a while
 * - fatal: somebody must change a setting or a permission; retried at long intervals in case they did
 */
export type ErrorAction = "retry" | "relogin" | "position-lost" | "slow-down" | "limit" | "fatal"

/** An error of the Pub/Sub API, as the service acts on it and the log shows it. */
export interface ClassifiedError {
  /** Salesforce's code without its prefix ("service.auth.error"); null when the error carries none. */
  code: string | null
  /** gRPC status name ("INTERNAL"); null when the error is not gRPC's. */
  grpcStatus: string | null
  action: ErrorAction
  message: string
  /** For Salesforce support; null when the error carries none. */
  rpcId: string | null
}

const codePrefix = "sfdc.platform.eventbus.grpc."

/** Pub/Sub API guide, "Handle Errors". */
const actions: Readonly<Record<string, ErrorAction>> = {
  "service.auth.error": "relogin",
  "service.auth.refresh.invalid": "relogin",
  // instanceurl is one of these headers, and comes from the login: the org may have moved.
  "service.auth.headers.invalid": "relogin",
  "service.tenant.license": "fatal",
  "service.unavailable": "retry",
  "service.protection.triggered": "slow-down",
  "service.protection.stream.limit.triggered": "slow-down",
  "concurrent.client.limit.exceeded": "slow-down",
  "topic.not.found": "fatal",
  "topic.meta.permission": "fatal",
  "topic.validation.empty": "fatal",
  "topic.api.unavailable": "retry",
  "schema.validation.failed": "fatal",
  "schema.meta.permission": "fatal",
  "schema.api.unavailable": "retry",
  "subscription.fetch.replayid.corrupted": "position-lost",
  // Said of CUSTOM without an id; as we never send that, the id itself is what it does not like.
  "subscription.fetch.replayid.validation.failed": "position-lost",
  "subscription.fetch.replay.repeated": "retry",
  "subscription.fetch.overflow": "fatal",
  "subscription.fetch.requested.events.invalid": "fatal",
  "subscription.fetch.topic.mismatch": "fatal",
  "subscription.fetch.request.invalid": "fatal",
  "subscription.topic.cannot.subscribe": "fatal",
  "subscription.limit.exceeded": "limit",
  "subscription.internal.error": "retry",
}

/**
 * Classifies by the trailer `error-code` first: one gRPC status stands for several causes. Without it
 * UNAUTHENTICATED asks for a login, and everything else is taken for transient.
 */
export function classify(error: unknown): ClassifiedError {
  const { code, metadata, details, message } = error as {
    code?: unknown
    metadata?: Metadata
    details?: string
    message?: string
  }
  const trailer = (name: string) => {
    const value = metadata?.get?.(name)[0]
    return value === undefined ? null : String(value)
  }
  const fullCode = trailer("error-code")
  const shortCode = fullCode?.startsWith(codePrefix) ? fullCode.slice(codePrefix.length) : fullCode
  const grpcStatus = typeof code === "number" && metadata ? (status[code] ?? null) : null
  const byStatus: ErrorAction = grpcStatus === "UNAUTHENTICATED" ? "relogin" : "retry"
  return {
    code: shortCode,
    grpcStatus,
    action: (shortCode !== null && actions[shortCode]) || byStatus,
    message: storableMessage(details || message || String(error)),
    rpcId: trailer("rpc-id"),
  }
}

/**
 * Whether GetSchema said that the schema id itself is wrong: asking again will not help, so the event is
 * set aside rather than the stream held up.
 */
export function isSchemaRefused(error: ClassifiedError): boolean {
  if (error.code === "schema.validation.failed") return true
  const { grpcStatus } = error
  return error.code === null && (grpcStatus === "NOT_FOUND" || grpcStatus === "INVALID_ARGUMENT")
}
