import assert from "node:assert/strict"
import { test } from "node:test"
import { price, priceId } from "../harness/records.ts"
import { rereadAll } from "../harness/rereads.ts"
import { Shadow } from "../harness/shadow.ts"
import { rejected, skus, withSku } from "../harness/skus.ts"

test("a product that lost its SKU to one which a constraint of the operators then refuses was never gone", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.pool.query(
    "alter table sf_product_shadow add constraint product_name_short check (length(name) < 40)",
  )
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B"), withSku(3, 0, "C")], { from: 20 })
  await shadow.read("PricebookEntry", [price(2, 2, 0)], { from: 20 })
  // 1 and 2 claim D, and 3 that of 2, which gives way at first: then 1 turns out to be refused, and D is 2's.
  const org = [withSku(1, 50, "D", { Name: "x".repeat(50) }), withSku(2, 50, "D"), withSku(3, 50, "B")]
  const { inserted, updated, deleted, rejected: refused } = await shadow.read("Product2", org, { from: 100 })
  assert.deepEqual([inserted, updated, deleted, refused], [0, 2, 0, 1])
  assert.deepEqual(await skus(shadow), { 1: "A", 2: "D", 3: "B" })
  assert.deepEqual(await rejected(shadow), [[1, "23514"]])
  assert.equal((await shadow.state("Product2")).row_count, 3)
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(2)], "its price went with it, and waits")
  assert.ok((await rereadAll(shadow, [...org, price(2, 2, 0)], 200)) <= 3)
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(2)])
  assert.deepEqual(await shadow.rejects("PricebookEntry"), [])
})
