import assert from "node:assert/strict"
import { test } from "node:test"
import { Metadata, status } from "@grpc/grpc-js"
import { classify, type ErrorAction, isSchemaRefused } from "../../src/pubsub/errors.ts"

function grpcError(code: status, errorCode?: string) {
  const metadata = new Metadata()
  if (errorCode) metadata.set("error-code", `sfdc.platform.eventbus.grpc.${errorCode}`)
  metadata.set("rpc-id", "c604fa9c-1ee8-4d4d-8988-1244a54ee952")
  return Object.assign(new Error(`${code} X: what happened`), { code, metadata, details: "what happened" })
}

const table: [status, string | undefined, ErrorAction][] = [
  [status.UNAUTHENTICATED, "service.auth.error", "relogin"],
  [status.INTERNAL, "service.unavailable", "retry"],
  [status.INVALID_ARGUMENT, "subscription.fetch.replayid.corrupted", "position-lost"],
  [status.INVALID_ARGUMENT, "subscription.fetch.replayid.validation.failed", "position-lost"],
  [status.NOT_FOUND, "topic.not.found", "fatal"],
  [status.INVALID_ARGUMENT, "subscription.fetch.requested.events.invalid", "fatal"],
  [status.PERMISSION_DENIED, "subscription.topic.cannot.subscribe", "fatal"],
  [status.RESOURCE_EXHAUSTED, "subscription.limit.exceeded", "limit"],
  [status.RESOURCE_EXHAUSTED, "service.protection.triggered", "slow-down"],
  [status.RESOURCE_EXHAUSTED, "concurrent.client.limit.exceeded", "slow-down"],
  [status.INTERNAL, "a.code.of.next.year", "retry"],
  [status.UNAUTHENTICATED, undefined, "relogin"],
  [status.INTERNAL, undefined, "retry"],
  [status.UNAVAILABLE, undefined, "retry"],
  [status.INVALID_ARGUMENT, undefined, "retry"],
]

for (const [code, errorCode, action] of table) {
  test(`${errorCode ?? "no error-code"} with ${status[code]}: ${action}`, () => {
    const classified = classify(grpcError(code, errorCode))
    assert.equal(classified.action, action)
    assert.equal(classified.code, errorCode ?? null)
    assert.equal(classified.grpcStatus, status[code])
    assert.equal(classified.message, "what happened")
    assert.equal(classified.rpcId, "c604fa9c-1ee8-4d4d-8988-1244a54ee952")
  })
}

test("an error that is not gRPC's is transient", () => {
  const classified = classify(Object.assign(new Error("connection refused"), { code: "ECONNREFUSED" }))
  assert.deepEqual(classified, {
    code: null,
    grpcStatus: null,
    action: "retry",
    message: "connection refused",
    rpcId: null,
  })
})

test("only a refused schema id makes an event undecodable; other failures of GetSchema do not", () => {
  assert.equal(
    isSchemaRefused(classify(grpcError(status.INVALID_ARGUMENT, "schema.validation.failed"))),
    true,
  )
  assert.equal(isSchemaRefused(classify(grpcError(status.NOT_FOUND))), true)
  assert.equal(isSchemaRefused(classify(grpcError(status.UNAVAILABLE))), false)
  assert.equal(isSchemaRefused(classify(grpcError(status.UNAUTHENTICATED, "service.auth.error"))), false)
})
