import assert from "node:assert/strict"
import { test } from "node:test"
import type { ChangeEvent } from "../../src/simulator/org/change_event.ts"
import { startBus } from "../pubsub/bus.ts"

const overflowId = "000000000000000AAA"

test("a suppressed change is committed and never published", async (t) => {
  const bus = await startBus(t)
  bus.org.faults.arm("event.suppressed", { object: "Product2" })
  const [silent, heard] = [bus.create("SILENT"), bus.create("HEARD")]
  await bus.published(1)
  assert.equal(bus.org.read("Product2", silent)?.Name, "SILENT")
  assert.equal(bus.org.history("Product2", silent)[0]?.publishedAt, null)
  assert.ok(bus.org.history("Product2", heard)[0]?.publishedAt)
})

test("an overflow stands for all changes of a transaction to the object, and for no others", async (t) => {
  const bus = await startBus(t)
  const events: ChangeEvent[] = []
  bus.org.onPublish((event) => events.push(event))
  bus.org.faults.arm("event.overflow", { object: "Product2" })
  bus.org.transaction((tx) => {
    tx.create("Account", { Name: "beside it" })
    for (const Name of ["one", "two"]) tx.create("Product2", { Name })
  })
  bus.create("AFTER")
  await bus.published(3)
  assert.deepEqual(
    events.map(({ entityName, changeType, recordIds }) => [
      entityName,
      changeType,
      recordIds[0] === overflowId,
    ]),
    [
      ["Account", "CREATE", false],
      ["Product2", "GAP_OVERFLOW", true],
      ["Product2", "CREATE", false],
    ],
  )
})

test("a hard delete and a deleted product's entries are gone without an event", async (t) => {
  const bus = await startBus(t)
  const { org } = bus
  const id = bus.create("PARENT")
  const Pricebook2Id = org.transaction((tx) => tx.create("Pricebook2", { Name: "Standard", IsActive: true }))
  const entry = org.transaction((tx) =>
    tx.create("PricebookEntry", { Product2Id: id, Pricebook2Id, UnitPrice: 1 }),
  )
  const other = bus.create("OTHER")
  org.hardDelete("Product2", [other])
  org.transaction((tx) => tx.delete("Product2", id))
  bus.create("LAST")
  await bus.published(6)
  assert.equal(org.read("PricebookEntry", entry), null)
  assert.equal(org.read("Product2", other), null)
  for (const [object, gone] of [
    ["PricebookEntry", entry],
    ["Product2", other],
  ] as const) {
    const { changeType, publishedAt } = org.history(object, gone).at(-1) ?? {}
    assert.deepEqual([changeType, publishedAt], [null, null])
  }
})

test("a duplicate has the same id and another replay id, so many other events later", async (t) => {
  const bus = await startBus(t)
  const { log } = bus.server
  bus.org.faults.arm("pubsub.duplicate", { after: 2 })
  bus.org.faults.arm("pubsub.duplicate", {})
  for (const sku of ["A", "B", "C", "D"]) bus.create(sku)
  await bus.published(4)
  const events = log.read(log.beforeOldest, 10, () => true)
  const ids = events.map(({ event }) => event.id)
  const [a, b, c, d] = [...new Set(ids)]
  assert.deepEqual(ids, [a, b, b, c, a, d])
  assert.equal(new Set(events.map(({ replayId }) => replayId.toString("hex"))).size, 6)
})
