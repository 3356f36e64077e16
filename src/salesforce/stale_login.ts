import type { SalesforceError } from "./errors.ts"
import { isConnectFailure, isTlsFailure } from "./transport_errors.ts"

/**
 * What a failed call says of the login it was made with: its token has expired, or its instance is perhaps not the
 * org's any more (an org moves between instances, and the login host knows first).
 */
export interface StaleLogin {
  why: "expired" | "moved"
  /** Whether Salesforce may have done what was asked all the same. */
  mayHaveArrived: boolean
}

/** Reads a failed call to the instance; undefined where the login has no part in the failure. */
export function staleLogin({ status, code }: SalesforceError): StaleLogin | undefined {
  if (status === 401) return { why: "expired", mayHaveArrived: false }
  if (status !== null) {
    // The API answers in JSON: a 404 page without a code is from a host that does not know the org.
    const moved = (status >= 300 && status < 400) || code === "URL_NOT_RESET" || code === "HTTP_404"
    return moved ? { why: "moved", mayHaveArrived: false } : undefined
  }
  if (isConnectFailure(code) || isTlsFailure(code)) return { why: "moved", mayHaveArrived: false }
  return hungUp.has(code) ? { why: "moved", mayHaveArrived: true } : undefined
}

/** The connection ended, or nothing came, where an answer was due. */
const hungUp = new Set([
  "ECONNRESET",
  "EPIPE",
  "UND_ERR_SOCKET",
  "UND_ERR_HEADERS_TIMEOUT",
  "CONNECTION_LOST",
])
