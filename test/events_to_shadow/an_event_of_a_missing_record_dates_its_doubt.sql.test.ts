import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

/** Lets the object's last Id comparison have read from a second on. */
async function proven(shadow: Shadow, from: number): Promise<void> {
  await shadow.pool.query("update sf_shadow.object_state set proof_read_id = $1 where object = 'Product2'", [
    await shadow.readId("Product2", { from }),
  ])
}

test("an Id comparison has seen a record that events had not brought yet: it is missing since its event", async () => {
  const shadow = await Shadow.open()
  await proven(shadow, 100)
  await shadow.pool.query("select sf_shadow._mark_dirty('Product2', $1, $2, $2, array['seen'])", [
    [productId(1)],
    [at(90)],
  ])
  // Of another record, not in doubt, the comparison has shown that it is gone since.
  await shadow.apply(created("Product2", product(1, 50), 50), created("Product2", product(2, 50), 50))
  assert.deepEqual(await shadow.ids("Product2"), [])
  const marks = await shadow.dirty("Product2")
  assert.deepEqual(
    marks.map(({ record_id, since }) => [record_id, since]),
    [[productId(1), at(50)]],
  )
})

test("an Id comparison says nothing of what a refused record holds: a later event of it is read again", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [], { from: 10, missing: [productId(1)] })
  await shadow.read("Product2", [product(1, 50, { StockKeepingUnit: null })], { from: 70 })
  await proven(shadow, 200)
  await shadow.apply(event("Product2", "UPDATE", productId(1), 5, { Name: "of before its delete" }))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
  await shadow.apply(event("Product2", "UPDATE", productId(1), 90, { StockKeepingUnit: "A" }))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])
})

test("nor of a record that is known by its refusal alone", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 50, { StockKeepingUnit: null })], { from: 70 })
  await proven(shadow, 200)
  await shadow.apply(event("Product2", "UPDATE", productId(1), 90, { StockKeepingUnit: "A" }))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])
})

test("an event of before the delete, told again, says nothing of a version that was refused since", async () => {
  const shadow = await Shadow.open()
  const renamed = event("Product2", "UPDATE", productId(1), 50, { Name: "renamed" })
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(renamed)
  await shadow.apply(event("Product2", "DELETE", productId(1), 60))
  await shadow.read("Product2", [product(1, 80, { StockKeepingUnit: null })], { from: 90 })
  await shadow.clearMarks("Product2")
  await proven(shadow, 200)
  await shadow.apply({ ...renamed, replay_id: "ff01" })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})

test("an event within the margin of the comparison is applied, though the record is in doubt", async () => {
  const shadow = await Shadow.open()
  await proven(shadow, 100)
  await shadow.pool.query("select sf_shadow._mark_dirty('Product2', $1, $2, $2, array['seen'])", [
    [productId(1)],
    [at(90)],
  ])
  await shadow.apply(created("Product2", product(1, 90), 90))
  assert.deepEqual(await shadow.ids("Product2"), [productId(1)])
})
