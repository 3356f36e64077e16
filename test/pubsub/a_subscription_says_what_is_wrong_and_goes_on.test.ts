import assert from "node:assert/strict"
import { test } from "node:test"
import { status } from "@grpc/grpc-js"
import type { ClassifiedError } from "../../src/pubsub/errors.ts"
import { Follower, startBus } from "./bus.ts"

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

for (const [what, options, code, action] of [
  ["a topic that does not exist", { topic: "/data/NoneChangeEvent" }, "topic.not.found", "fatal"],
  ["a server that is not there", { endpoint: "127.0.0.1:1" }, null, "retry"],
  ["a server whose certificate nobody vouches for", { ca: undefined }, null, "retry"],
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
