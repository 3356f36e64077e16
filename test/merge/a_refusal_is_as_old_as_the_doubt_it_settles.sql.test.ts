import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

test("a record in doubt that cannot be stored is wrong since the doubt, not since the last proof", async () => {
  const shadow = await Shadow.open()
  await shadow.pool.query("select sf_shadow._mark_dirty('Product2', $1, $2, $2, array['test'])", [
    [productId(1)],
    [at(10)],
  ])
  await shadow.pool.query("update sf_shadow.object_state set proof_read_id = $1 where object = 'Product2'", [
    await shadow.readId("Product2", { from: 100 }),
  ])
  await shadow.read("Product2", [product(1, 5, { StockKeepingUnit: null })], { from: 200 })
  const { rows } = await shadow.pool.query("select since from sf_shadow.reject")
  assert.deepEqual(rows, [{ since: at(10) }])
})

test("a record whose event cannot be stored is wrong since the hole that it came behind", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.pool.query("select sf_shadow._open_hole('Product2', $1, $2, 'test')", [at(60), at(70)])
  await shadow.apply(event("Product2", "UPDATE", productId(1), 80, { StockKeepingUnit: null }))
  const { rows } = await shadow.pool.query("select since from sf_shadow.reject")
  assert.deepEqual(rows, [{ since: at(60) }])
})

test("a full record that cannot be stored is wrong since what the row itself holds", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(created("Product2", product(1, 10), 10))
  await shadow.apply(event("Product2", "UPDATE", productId(1), 80, { StockKeepingUnit: null }))
  await shadow.read("Product2", [product(1, 80, { StockKeepingUnit: null })], { from: 200 })
  const { rows } = await shadow.pool.query("select since from sf_shadow.reject")
  assert.deepEqual(rows, [{ since: at(10) }])
})
