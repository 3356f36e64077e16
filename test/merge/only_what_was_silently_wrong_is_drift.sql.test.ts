import assert from "node:assert/strict"
import { test } from "node:test"
import { at, product, productId, stamp } from "../harness/records.ts"
import { claimingShadow } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

/** What a later read of product 1 in a version of `sm` finds. */
const drift = async (shadow: Shadow, sm: number, fields: Record<string, unknown> = { Name: "untold" }) =>
  (await shadow.read("Product2", [product(1, sm, fields)], { from: 300 })).drift

test("another content from before the claim is drift, less the margin; what is later is on its way", async () => {
  assert.equal(await drift(await claimingShadow(), 189), 1)
  assert.equal(await drift(await claimingShadow(), 190), 0)
})

test("a record that the shadow lacks is drift, and one that it has and the org has not is none", async () => {
  const shadow = await claimingShadow()
  assert.equal((await shadow.read("Product2", [product(9, 100)], { from: 300 })).drift, 1)
  assert.equal((await shadow.read("Product2", [], { from: 300, missing: [productId(2)] })).drift, 0)
})

test("equal content, empty for null and formulas' values are none", async () => {
  const same = { LastModifiedDate: stamp(0), Description: "", Label__c: "computed" }
  assert.equal(await drift(await claimingShadow(), 100, same), 0)
})

test("a record that is listed as dirty or rejected was not claimed, and one that cannot be stored is said so", async () => {
  const dirty = await claimingShadow()
  await dirty.pool.query(
    "select sf_shadow._mark_dirty('Product2', array[$1], array[$2::timestamptz], array[$2], '{x}')",
    [productId(1), at(150)],
  )
  assert.equal(await drift(dirty, 100), 0)
  const another = await claimingShadow()
  await another.pool.query(
    "select sf_shadow._mark_dirty('Product2', array[$1], array[$2::timestamptz], array[$2], '{x}')",
    [productId(2), at(150)],
  )
  assert.equal(await drift(another, 100), 1, "another record's doubt says nothing")
  const rejected = await claimingShadow()
  await rejected.read("Product2", [product(1, 210, { StockKeepingUnit: null })], { from: 230 })
  assert.equal(await drift(rejected, 100), 0)
  assert.equal(await drift(await claimingShadow(), 100, { StockKeepingUnit: null }), 0)
})

test("what claims nothing has no drift", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  assert.equal(await drift(shadow, 100), 0)
})
