import { randomUUID } from "node:crypto"
import { Metadata, type StatusObject, status } from "@grpc/grpc-js"

const codePrefix = "sfdc.platform.eventbus.grpc."

/** An error as the Pub/Sub API sends it: trailers `error-code`, `rpc-id`, `type`, and the rpc id in the message. */
export function salesforceError(
  code: status,
  errorCode: string,
  message: string,
  method: string,
): StatusObject {
  const rpcId = randomUUID()
  const metadata = new Metadata()
  metadata.set("error-code", codePrefix + errorCode)
  metadata.set("rpc-id", rpcId)
  metadata.set("type", method)
  return { code, details: `${message} rpcId: ${rpcId}`, metadata }
}

/** Checks the metadata of a call; answers the error to send, or null. */
export function refusal(
  metadata: Metadata,
  method: string,
  org: { id: string },
  authorize: (accessToken: string, instanceUrl: string) => boolean,
): StatusObject | null {
  const header = (name: string) => String(metadata.get(name)[0] ?? "")
  const blank = ["accesstoken", "instanceurl", "tenantid"].find((name) => header(name) === "")
  if (blank) {
    const message = `The ${blank} header is invalid or blank. Provide valid authentication via metadata headers.`
    return salesforceError(status.UNAUTHENTICATED, "service.auth.headers.invalid", message, method)
  }
  if (authorize(header("accesstoken"), header("instanceurl")) && header("tenantid") === org.id) return null
  const message = "An authentication exception occurred. Provide valid authentication via metadata headers."
  return salesforceError(status.UNAUTHENTICATED, "service.auth.error", message, method)
}
