import { SalesforceError } from "./errors.ts"

const dnsCodes = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA"])
const connectCodes = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
])
const untrustedCodes = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
])
const closedCodes = new Set(["UND_ERR_DESTROYED", "UND_ERR_CLOSED", "UND_ERR_ABORTED", "ABORT_ERR"])
const truncatedCodes = new Set(["Z_BUF_ERROR", "Z_DATA_ERROR", "UND_ERR_RES_CONTENT_LENGTH_MISMATCH"])

/** Where a request went: its host, and the variable that decides it. */
export interface Destination {
  host: string
  variable: "SF_LOGIN_URL" | null
  /** The proxy on the way, host and port. */
  proxy?: string
}

/** Turns a failure below HTTP (DNS, TCP, TLS, timeouts, a cut body) into a SalesforceError. */
export function errorFromTransport(purpose: string, to: Destination, cause: unknown): SalesforceError {
  if (cause instanceof SalesforceError) return cause
  const code = codeOf(cause)
  const named = to.variable ? `${to.host} (${to.variable})` : to.host
  const host = to.proxy === undefined ? named : `${named} through the proxy ${to.proxy} (HTTPS_PROXY)`
  const fail = (what: string, retryable: boolean) =>
    new SalesforceError(`${purpose}: ${what}`, { code, retryable, cause })
  // The login host was reached by the same settings: what is wrong with an instance's TLS is not ours, and passes.
  const isTheirs = to.variable === null
  const refusal = proxyRefusal(cause)
  if (refusal !== undefined) {
    const what =
      refusal === 407 ? "check user and password there" : "allow the host there, or name it in NO_PROXY"
    return new SalesforceError(
      `${purpose}: the proxy ${to.proxy} (HTTPS_PROXY) refuses a connection to ${to.host} (HTTP ${refusal}); ${what}`,
      { code: "PROXY_REFUSED", retryable: refusal >= 500, cause },
    )
  }
  if (to.proxy !== undefined && dnsCodes.has(code)) {
    return fail(`the host name of the proxy ${to.proxy} (HTTPS_PROXY) cannot be resolved (${code})`, true)
  }
  if (dnsCodes.has(code)) {
    const check = to.variable ? `; check ${to.variable} and this machine's DNS` : "; check this machine's DNS"
    return fail(`the host name ${to.host} cannot be resolved (${code})${check}`, true)
  }
  if (connectCodes.has(code)) {
    return fail(`cannot connect to ${host} (${code}); check the address, the network and the firewall`, true)
  }
  if (untrustedCodes.has(code)) {
    const what = `the TLS certificate of ${host} is not signed by a trusted authority (${code})`
    return fail(`${what}; if that is meant so, name its certificate in SF_CA_FILE`, isTheirs)
  }
  if (isInvalidCertificate(code)) {
    return fail(`the TLS certificate of ${host} is not valid (${code})`, isTheirs)
  }
  if (isTlsFailure(code)) {
    return fail(`no TLS connection to ${host} (${code}); does it speak https on that port?`, isTheirs)
  }
  if (code === "UND_ERR_HEADERS_TIMEOUT") {
    return fail(`${host} did not answer within 2.5 times SF_HTTP_IDLE_S (${code})`, true)
  }
  if (code === "UND_ERR_BODY_TIMEOUT") {
    return fail(`${host} stopped sending in the middle, for longer than SF_HTTP_IDLE_S (${code})`, true)
  }
  if (closedCodes.has(code)) {
    return fail(`given up because the service is stopping, or nobody waits for it any longer (${code})`, true)
  }
  if (truncatedCodes.has(code)) return fail(`the answer of ${host} was cut short (${code})`, true)
  return fail(`the connection to ${host} broke (${code})`, true)
}

/** The status with which a proxy refused the tunnel. undici has no code for it, only this text. */
function proxyRefusal(cause: unknown): number | undefined {
  const status = /^Proxy response \((\d+)\)/.exec(cause instanceof Error ? cause.message : "")?.[1]
  return status === undefined ? undefined : Number(status)
}

/** Whether no byte of the request can have reached the server. */
export function isConnectFailure(code: string): boolean {
  return dnsCodes.has(code) || connectCodes.has(code)
}

function isInvalidCertificate(code: string): boolean {
  return code === "ERR_TLS_CERT_ALTNAME_INVALID" || code.startsWith("CERT_")
}

/** Whether the TLS handshake failed, before any byte of the request was sent. */
export function isTlsFailure(code: string): boolean {
  const isHandshake = code === "EPROTO" || code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_")
  return isHandshake || untrustedCodes.has(code) || isInvalidCertificate(code)
}

/** The most telling `code` of an error, its causes, or the addresses it tried. */
function codeOf(error: unknown): string {
  // The errors of an aborted signal have a number for their code.
  if (error instanceof DOMException && (error.name === "AbortError" || error.name === "TimeoutError"))
    return "ABORT_ERR"
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth++) {
    const code = (current as { code?: unknown }).code
    const inner = current instanceof AggregateError ? current.errors[0] : current.cause
    // undici wraps what the socket said in UND_ERR_SOCKET; the inner code says more.
    if (typeof code === "string" && (code !== "UND_ERR_SOCKET" || !(inner instanceof Error))) return code
    if (!(inner instanceof Error)) break
    current = inner
  }
  return error instanceof Error && typeof (error as { code?: unknown }).code === "string"
    ? (error as unknown as { code: string }).code
    : "CONNECTION_LOST"
}
