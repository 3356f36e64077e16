import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, price, priceId, product, productId, stamp } from "../harness/records.ts"
import { type Folded, Shadow } from "../harness/shadow.ts"

const id = productId(1)

const told = (folded: Folded[]) =>
  folded.map(({ object, result, events }) => `${object} ${result} ${events}`).sort()

async function proven(shadow: Shadow, from: number): Promise<void> {
  await shadow.pool.query("update sf_shadow.object_state set proof_read_id = $1 where object = 'Product2'", [
    await shadow.readId("Product2", { from }),
  ])
}

test("a read that keeps a row keeps the key of its last event: the same event again is skipped", async () => {
  const shadow = await Shadow.open()
  const update = event("Product2", "UPDATE", id, 60, { Name: "x" })
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(update)
  await shadow.read("Product2", [product(1, 60, { Name: "x", LastModifiedDate: stamp(0) })], { from: 65 })
  assert.deepEqual(told(await shadow.apply({ ...update, replay_id: "ff01" })), ["Product2 skipped 1"])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})

test("a read that finds a deleted record gone keeps the key of its delete: the same event again is skipped", async () => {
  const shadow = await Shadow.open()
  const gone = event("Product2", "DELETE", id, 60)
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(gone)
  await shadow.read("Product2", [], { from: 65, missing: [id] })
  assert.deepEqual(told(await shadow.apply({ ...gone, replay_id: "ff01" })), ["Product2 skipped 1"])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})

test("two events of one key in one batch are one, whatever ids they have", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  const one = event("Product2", "UPDATE", id, 60, { Name: "one" })
  const folded = await shadow.apply(one, {
    ...one,
    event_id: "another",
    replay_id: "ff01",
    fields: { Name: "two" },
  })
  assert.deepEqual(told(folded), ["Product2 applied 1", "Product2 skipped 1"])
  assert.equal((await shadow.row("Product2", id))?.name, "one")
})

test("an older event of a record that is known to be gone is skipped, though the record is in doubt", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [], { from: 100, missing: [id] })
  await shadow.pool.query(
    "select sf_shadow._mark_dirty('Product2', array[$1], array[$2::timestamptz], array[$2], '{test}')",
    [id, at(250)],
  )
  await proven(shadow, 300)
  const before = await shadow.dirty("Product2")
  assert.deepEqual(told(await shadow.apply(created("Product2", product(1, 150), 150))), [
    "Product2 skipped 1",
  ])
  assert.deepEqual(await shadow.dirty("Product2"), before)
})

test("a price's update is dirty when its product is known to be gone later, by the product of the row", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(created("PricebookEntry", price(1, 1, 70), 70))
  await shadow.apply(event("Product2", "GAP_DELETE", id, 80))
  const folded = await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 75, { UnitPrice: 5 }))
  assert.deepEqual(told(folded), ["PricebookEntry dirty 1"])
  assert.equal((await shadow.row("PricebookEntry", priceId(1)))?.unit_price, "9.99")
  assert.deepEqual(
    told(await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 81, { UnitPrice: 6 }))),
    ["PricebookEntry applied 1"],
  )
})
