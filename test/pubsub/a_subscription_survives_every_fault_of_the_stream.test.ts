import assert from "node:assert/strict"
import { test } from "node:test"
import { status } from "@grpc/grpc-js"
import type { ClassifiedError } from "../../src/pubsub/errors.ts"
import { Follower, startBus } from "./bus.ts"

const skus = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `SKU-${from + at}`)

for (const fault of ["drop", "unavailable", "rst", "auth", "end", "silent"] as const) {
  test(`after "${fault}" it goes on where it was, on one stream, and loses nothing`, async (t) => {
    const bus = await startBus(t)
    const follower = new Follower(t, bus, { silenceMs: 400 })
    for (const sku of skus(0, 20)) bus.create(sku)
    await follower.until(() => follower.events.length >= 20)
    const armed = bus.org.faults.arm(`pubsub.${fault}`, { times: 2 })
    for (const sku of skus(20, 40)) bus.create(sku)
    await follower.until(() => follower.events.length >= 40)
    for (const sku of skus(40, 60)) bus.create(sku)
    await follower.until(() => follower.events.length >= 60)
    assert.ok(armed.struck >= 1)
    assert.deepEqual(follower.skus, skus(0, 60))
    const batches = follower.batches.length
    await follower.until(() => follower.batches.length > batches + 2)
    assert.equal(bus.server.openStreams(), 1)
    assert.equal(bus.logins(), fault === "auth" ? 1 + armed.struck : 1)
  })
}

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

test("a lost position is decided by the caller, and the stream goes on from there", async (t) => {
  const bus = await startBus(t)
  bus.create("SKU-0")
  const before = new Follower(t, bus)
  await before.until(() => before.events.length >= 1)
  await before.subscription.close()
  bus.create("SKU-1")
  await bus.published(2)
  bus.server.log.reset()
  bus.create("SKU-2")
  const lost: ClassifiedError[] = []
  const replayId = before.events[0]?.replayId ?? Buffer.alloc(0)
  const follower = new Follower(t, bus, {
    replay: { preset: "CUSTOM", replayId },
    onPositionLost: async (error) => {
      lost.push(error)
      return { preset: "EARLIEST" }
    },
  })
  await follower.until(() => follower.events.length >= 1)
  assert.deepEqual(follower.skus, ["SKU-2"])
  assert.deepEqual(
    lost.map((error) => [error.code, error.grpcStatus]),
    [["subscription.fetch.replayid.corrupted", "INVALID_ARGUMENT"]],
  )
})

test("a stream that fails before its first response starts at its preset again", async (t) => {
  const bus = await startBus(t)
  bus.create("SKU-0")
  bus.org.faults.arm("pubsub.rst", { times: 2 })
  const follower = new Follower(t, bus)
  await follower.until(() => follower.events.length >= 1)
  assert.deepEqual(follower.skus, ["SKU-0"])
})

for (const [what, options, code, action] of [
  ["a topic that does not exist", { topic: "/data/NoneChangeEvent" }, "topic.not.found", "fatal"],
  ["a server that is not there", { endpoint: "127.0.0.1:1" }, null, "retry"],
] as const) {
  test(`${what} is said, and the subscription can still be closed at once`, async (t) => {
    const bus = await startBus(t)
    const follower = new Follower(t, bus, options)
    await follower.until(() => follower.states.some((state) => state.status === "waiting"))
    const waiting = follower.states.find((state) => state.status === "waiting")
    assert.equal(waiting?.error.code, code)
    assert.equal(waiting?.error.action, action)
    await follower.subscription.close()
    assert.equal(follower.states.at(-1)?.status, "closed")
    assert.equal(bus.server.openStreams(), 0)
  })
}

test("an exhausted event allocation keeps it away for minutes", async (t) => {
  const bus = await startBus(t)
  const message = "You have exceeded the event delivery limit for your org."
  const code = "subscription.limit.exceeded"
  bus.org.faults.arm("pubsub.error", { code, status: status.RESOURCE_EXHAUSTED, message })
  const follower = new Follower(t, bus)
  await follower.until(() => follower.states.some((state) => state.status === "waiting"))
  const waiting = follower.states.find((state) => state.status === "waiting")
  assert.equal(waiting?.error.action, "limit")
  assert.ok((waiting?.retryInMs ?? 0) >= 600_000)
})

test("two topics share one connection, and closing one leaves the other alone", async (t) => {
  const bus = await startBus(t)
  const products = new Follower(t, bus)
  const accounts = new Follower(t, bus, { topic: "/data/AccountChangeEvent" })
  bus.create("SKU-0")
  bus.org.transaction((tx) => tx.create("Account", { Name: "Acme" }))
  await Promise.all([
    products.until(() => products.events.length >= 1),
    accounts.until(() => accounts.events.length >= 1),
  ])
  await products.subscription.close()
  bus.org.transaction((tx) => tx.create("Account", { Name: "Other" }))
  await accounts.until(() => accounts.events.length >= 2)
  assert.equal(bus.server.openStreams(), 1)
})
