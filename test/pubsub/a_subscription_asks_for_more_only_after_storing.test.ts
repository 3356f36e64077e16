import assert from "node:assert/strict"
import { test } from "node:test"
import { Follower, startBus } from "./bus.ts"

const skus = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `SKU-${from + at}`)

test("1,000 events arrive once each, in order, flat and typed", async (t) => {
  const bus = await startBus(t)
  for (const sku of skus(0, 1000)) bus.create(sku)
  const follower = new Follower(t, bus)
  await follower.until(() => follower.events.length >= 1000)
  assert.deepEqual(follower.skus, skus(0, 1000))
  const [first] = follower.events
  assert.equal(first?.changeType, "CREATE")
  assert.equal(first?.replayId.length, 10)
  assert.ok(BigInt(first?.commitNumber ?? 0) > 2n ** 53n)
  assert.equal(JSON.parse(first?.fields ?? "").IsActive, true)
  const [read] = bus.org.rows("Product2")
  assert.equal(JSON.parse(first?.fields ?? "").CreatedDate, read?.CreatedDate)
})

test("no more than 100 events are under way while a batch is not stored", async (t) => {
  const bus = await startBus(t)
  for (const sku of skus(0, 300)) bus.create(sku)
  let release = () => {}
  const stored = new Promise<void>((resolve) => {
    release = resolve
  })
  let begun = () => {}
  const first = new Promise<void>((resolve) => {
    begun = resolve
  })
  const follower = new Follower(t, bus, {
    onBatch: () => {
      begun()
      return stored
    },
  })
  await first
  // The server has long had the time to send more: it sends what is asked for in one go.
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.equal(bus.org.usage.deliveredEvents.used, 100)
  release()
  await follower.until(() => follower.events.length >= 300)
  assert.deepEqual(follower.skus, skus(0, 300))
})

test("a batch that cannot be stored is delivered again and nothing after it is lost", async (t) => {
  const bus = await startBus(t)
  for (const sku of skus(0, 250)) bus.create(sku)
  let failures = 0
  const follower = new Follower(t, bus, {
    onBatch: async ({ events }) => {
      if (failures < 2 && events.length > 0 && Math.random() < 0.8) {
        failures++
        throw new Error("the database is away")
      }
    },
  })
  await follower.until(() => follower.events.length >= 250)
  assert.deepEqual(follower.skus, skus(0, 250))
  const waits = follower.states.filter((state) => state.status === "waiting")
  assert.equal(waits.length, failures)
  if (waits[0]?.status === "waiting") assert.match(waits[0].error.message, /not be stored.*database is away/)
})

test("keepalives are handed on with the position they prove", async (t) => {
  const bus = await startBus(t)
  const follower = new Follower(t, bus, { replay: { preset: "LATEST" } })
  await follower.until(() => follower.batches.length >= 3)
  for (const batch of follower.batches) {
    assert.equal(batch.events.length, 0)
    assert.equal(batch.latestReplayId?.length, 10)
    assert.ok(Math.abs(batch.receivedAt - performance.now()) < 5000)
  }
})

test("a keepalive that waited while a batch was stored tells when it came, and what was still owed", async (t) => {
  const bus = await startBus(t)
  const waitedMs: number[] = []
  const follower = new Follower(t, bus, {
    replay: { preset: "LATEST" },
    onBatch: async ({ receivedAt }) => {
      waitedMs.push(performance.now() - receivedAt)
      if (waitedMs.length === 1) await new Promise((resolve) => setTimeout(resolve, 400))
    },
  })
  await follower.until(() => follower.batches.length >= 2)
  assert.ok((waitedMs[1] ?? 0) > 200, `the second waited ${waitedMs[1]} ms`)
  assert.equal(follower.batches[1]?.pending, 100)
})

test("a stall of the process is told with what was read after it", async (t) => {
  const bus = await startBus(t)
  const follower = new Follower(t, bus)
  await follower.until(() => follower.batches.length >= 2)
  const before = follower.batches.length
  const end = performance.now() + 700
  while (performance.now() < end);
  await follower.until(() => follower.batches.length > before)
  const stalledMs = follower.batches[before]?.stalledMs ?? 0
  assert.ok(stalledMs > 400 && stalledMs < 5000, `stalledMs is ${stalledMs}`)
})

test("fields that may not be stored never reach the batch", async (t) => {
  const bus = await startBus(t)
  bus.create("SKU-1")
  const follower = new Follower(t, bus, { keep: () => new Set(["StockKeepingUnit"]) })
  await follower.until(() => follower.events.length >= 1)
  assert.equal(follower.events[0]?.fields, '{"StockKeepingUnit":"SKU-1"}')
})

test("one topic with all objects keeps the order of the commits", async (t) => {
  const bus = await startBus(t)
  for (let at = 0; at < 50; at++) {
    if (at % 2) bus.create(`SKU-${at}`)
    else bus.org.transaction((tx) => tx.create("Account", { Name: `Account ${at}` }))
  }
  const follower = new Follower(t, bus, { topic: "/data/ChangeEvents" })
  await follower.until(() => follower.events.length >= 50)
  assert.deepEqual(
    follower.events.map((event) => JSON.parse(event.fields).Name),
    Array.from({ length: 50 }, (_, at) => (at % 2 ? `SKU-${at}` : `Account ${at}`)),
  )
})
