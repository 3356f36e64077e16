import assert from "node:assert/strict"
import { test } from "node:test"
import { status } from "@grpc/grpc-js"
import { Follower, startBus } from "./bus.ts"

const skus = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `SKU-${from + at}`)

test("an expired token does not end the stream, and a new schema then costs a login and no event", async (t) => {
  const bus = await startBus(t)
  const follower = new Follower(t, bus)
  bus.create("SKU-0")
  await follower.until(() => follower.events.length >= 1)
  bus.expireTokens()
  bus.create("SKU-1")
  await follower.until(() => follower.events.length >= 2)
  assert.equal(bus.logins(), 1)
  bus.org.faults.arm("pubsub.schema-change", { object: "Product2", times: Number.POSITIVE_INFINITY })
  bus.create("SKU-2")
  bus.create("SKU-3")
  await follower.until(() => follower.events.length >= 4)
  assert.deepEqual(follower.skus, skus(0, 4))
  assert.equal(bus.logins(), 2)
  assert.notEqual(follower.events[1]?.schemaId, follower.events[2]?.schemaId)
  assert.equal(JSON.parse(follower.events[3]?.fields ?? "").Added_Later__c, null)
  assert.equal(follower.states.filter((state) => state.status === "connecting").length, 1)
})

test("GetSchema that fails for a while holds the events back and drops none", async (t) => {
  const bus = await startBus(t)
  const message = "The schema service is away."
  const code = "schema.api.unavailable"
  const fault = bus.org.faults.arm("pubsub.schema-unavailable", {
    code,
    status: status.INTERNAL,
    message,
    times: 3,
  })
  for (const sku of skus(0, 120)) bus.create(sku)
  const follower = new Follower(t, bus)
  await follower.until(() => follower.events.length >= 120)
  assert.equal(fault.struck, 3)
  assert.deepEqual(follower.skus, skus(0, 120))
  assert.ok(follower.events.every((event) => event.error === null))
})

test("a duplicate under a new replay id has the same event id", async (t) => {
  const bus = await startBus(t)
  bus.org.faults.arm("pubsub.duplicate", {})
  bus.create("SKU-0")
  bus.create("SKU-1")
  const follower = new Follower(t, bus)
  await follower.until(() => follower.events.length >= 3)
  const [first, second] = follower.events
  assert.equal(first?.eventId, second?.eventId)
  assert.notDeepEqual(first?.replayId, second?.replayId)
})

test("events that cannot be decoded are handed on with their bytes, and the stream goes on", async (t) => {
  const bus = await startBus(t)
  bus.org.faults.arm("pubsub.undecodable", {})
  bus.create("SKU-0")
  await bus.published(1)
  bus.org.faults.arm("pubsub.distorted", {
    distort: (event) => ({ ...event, changedFields: ["0xFFFFFFFFFFFF"] }),
  })
  bus.create("SKU-1")
  await bus.published(2)
  bus.create("SKU-2")
  const follower = new Follower(t, bus)
  await follower.until(() => follower.events.length >= 3)
  assert.deepEqual(
    follower.events.map((event) => event.error?.reason),
    ["undecodable", "malformed-bitmap", undefined],
  )
  assert.ok((follower.events[0]?.bytes?.length ?? 0) > 0)
})

test("an event without a replay id is delivered, and does not move the position", async (t) => {
  const bus = await startBus(t)
  bus.create("SKU-0")
  await bus.published(1)
  bus.org.faults.arm("pubsub.no-replay-id", {})
  bus.create("SKU-1")
  const follower = new Follower(t, bus)
  await follower.until(() => follower.events.length >= 2)
  assert.equal(follower.events[1]?.replayId.length, 0)
  const positions = follower.batches
    .filter((batch) => batch.events.length > 0)
    .map((batch) => batch.latestReplayId)
  assert.deepEqual(positions[0], follower.events[0]?.replayId)
})
