import assert from "node:assert/strict"
import { test } from "node:test"
import { event, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

test("a wrong column beside a right raw_payload is drift, is mended, and told to readers", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0), product(2, 0)], { from: 20 })
  // What the object claims to be right about: all until second 100.
  await shadow.pool.query("update sf_shadow.object_state set proof_read_id = $1 where object = 'Product2'", [
    await shadow.readId("Product2", { from: 20 }),
  ])
  await shadow.apply(event("Product2", "UPDATE", productId(2), 100, { Name: "x" }))
  await shadow.pool.query("update sf_product_shadow set item_class = 'Nonsense' where product_id = $1", [
    productId(1),
  ])
  const told = (await shadow.invalidations("Product2")).length

  assert.equal((await shadow.read("Product2", [product(1, 0)], { from: 200 })).drift, 1)
  assert.equal((await shadow.row("Product2", productId(1)))?.item_class, "Plan")
  assert.deepEqual(
    (await shadow.invalidations("Product2")).slice(told).map(({ record_ids }) => record_ids),
    [[productId(1)]],
  )
  assert.equal((await shadow.read("Product2", [product(1, 0)], { from: 300 })).drift, 0)
})

test("a column that was altered, and rounded by that, makes a reject of its record at the next read", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.pool.query("alter table sf_product_shadow add weight numeric(12,2)")
  await shadow.pool.query(
    "insert into sf_shadow.field (object, field, column_name, column_type) values ('Product2', 'Weight__c', 'weight', 'numeric(12,2)')",
  )
  await shadow.read("Product2", [product(1, 0, { Weight__c: 9.99 })], { from: 20 })
  await shadow.pool.query("alter table sf_product_shadow alter weight type numeric(12,1)")

  // The same content, as the margin has not passed: the row would be kept.
  const counts = await shadow.read("Product2", [product(1, 0, { Weight__c: 9.99 })], { from: 25 })
  assert.equal(counts.rejected, 1)
  assert.match((await shadow.rejects("Product2"))[0]?.reason ?? "", /Weight__c is 9\.99, which does not fit/)
  assert.equal((await shadow.row("Product2", productId(1)))?.weight, "10.0", "listed, and not touched")
})
