import assert from "node:assert/strict"
import { test } from "node:test"
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

test("a stream that fails before its first response starts at its preset again", async (t) => {
  const bus = await startBus(t)
  bus.create("SKU-0")
  bus.org.faults.arm("pubsub.rst", { times: 2 })
  const follower = new Follower(t, bus)
  await follower.until(() => follower.events.length >= 1)
  assert.deepEqual(follower.skus, ["SKU-0"])
})
