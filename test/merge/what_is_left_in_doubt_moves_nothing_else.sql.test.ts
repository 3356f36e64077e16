import assert from "node:assert/strict"
import { test } from "node:test"
import { at, event, price, priceId, product, productId } from "../harness/records.ts"
import { onlyIds, runThrough } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"
import { rejected, skus, withSku } from "../harness/skus.ts"

test("a product that may be gone keeps its prices until that is certain, in a re-read and in an Id comparison", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 0), product(2, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0), price(2, 2, 0)], { from: 20 })
  const { deleted, dirty } = await shadow.read("Product2", [], { from: 25, missing: [productId(1)] })
  assert.deepEqual([deleted, dirty], [0, 1])
  await shadow.apply(event("Product2", "UPDATE", productId(2), 95, { Name: "x" }))
  await runThrough(shadow, "Product2", "ids", onlyIds([productId(1)]), { from: 100 })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [1, 2].map(productId))
  assert.equal((await shadow.state("Product2")).row_count, 2)
  assert.deepEqual(await shadow.ids("PricebookEntry"), [1, 2].map(priceId))
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [])
})

test("a record that is not stored yet is no row, and its time no bound", async () => {
  const shadow = await Shadow.open()
  const proof = await shadow.readId("Product2", { from: 100, to: 105 })
  await shadow.all("update sf_shadow.object_state set proof_read_id = $1 where object = 'Product2'", proof)
  const counts = await shadow.read("Product2", [product(1, 50), product(2, 106)], { from: 90, to: 110 })
  assert.deepEqual([counts.inserted, counts.dirty], [1, 1])
  assert.equal((await shadow.state("Product2")).row_count, 1)
  assert.deepEqual(
    await shadow.all(
      "select oldest_updated_at as oldest, newest_updated_at as newest from sf_shadow.object_state where object = 'Product2'",
    ),
    [{ oldest: at(106), newest: at(106) }],
  )
})

test("neither is the time of a record that is deleted, or cannot be stored, a bound of what the rows are", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 100), product(2, 110)], { from: 150 })
  await shadow.read("Product2", [product(2, 200, { IsDeleted: true }), product(3, 50, { IsDeleted: true })], {
    from: 250,
  })
  await shadow.read(
    "Product2",
    [product(4, 300, { StockKeepingUnit: null }), product(5, 60, { StockKeepingUnit: null })],
    { from: 350 },
  )
  const { oldest_updated_at, newest_updated_at } = await shadow.state("Product2")
  assert.deepEqual([oldest_updated_at, newest_updated_at], [at(100), at(110)])
})

test("each version of a row moves the bounds, also one with an older stamp, as a long transaction leaves it", async () => {
  const shadow = await Shadow.open()
  const bounds = async () => {
    const { oldest_updated_at, newest_updated_at } = await shadow.state("Product2")
    return [oldest_updated_at, newest_updated_at]
  }
  await shadow.read("Product2", [product(1, 100), product(2, 110)], { from: 150 })
  await shadow.read("Product2", [product(2, 90, { Name: "x" })], { from: 250 })
  assert.deepEqual(await bounds(), [at(90), at(110)])
  await shadow.read("Product2", [product(2, 300, { Name: "y" })], { from: 350 })
  assert.deepEqual(await bounds(), [at(90), at(300)])
})

test("a version that cannot be ordered claims no SKU", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 50, "A"), withSku(2, 50, "B")], { from: 100, to: 110 })
  const counts = await shadow.read("Product2", [withSku(2, 50, "A")], { from: 105, to: 115 })
  assert.deepEqual([counts.dirty, counts.rejected], [1, 0])
  assert.deepEqual(await skus(shadow), { 1: "A", 2: "B" })
  assert.deepEqual(await rejected(shadow), [])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(2)])
})

test("a product that was deleted, and whose return is undecided or cannot be stored, stays known as deleted", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0), product(2, 0)], { from: 20 })
  await shadow.apply(event("Product2", "DELETE", [1, 2].map(productId), 60))
  await shadow.read("Product2", [product(1, 50)], { from: 65 })
  await shadow.read("Product2", [product(2, 90, { StockKeepingUnit: null })], { from: 110 })
  assert.deepEqual(
    (await shadow.tombstones("Product2")).map(({ record_id }) => record_id),
    [1, 2].map(productId),
  )
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])
  assert.deepEqual(await rejected(shadow), [[2, "23502"]])
})

test("a formula that a later read brings is told to readers, though the record counts as unchanged", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 50)], { from: 100, to: 110 })
  const counts = await shadow.read("Product2", [product(1, 50, { Label__c: "computed" })], {
    from: 105,
    to: 115,
  })
  assert.deepEqual([counts.updated, counts.unchanged, counts.ignored], [0, 1, 0])
  assert.deepEqual((await shadow.invalidations("Product2")).at(-1)?.record_ids, [productId(1)])
  assert.equal((await shadow.invalidations("Product2")).length, 2)
})
