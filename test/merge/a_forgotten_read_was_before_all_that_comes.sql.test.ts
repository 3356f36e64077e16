import assert from "node:assert/strict"
import { test } from "node:test"
import { at, event, product, productId } from "../harness/records.ts"
import { onlyIds, runThrough } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const products = (...numbers: number[]) => numbers.map((n) => product(n, 0))
const day = 86_400

/** Products that were loaded, and loaded again long after: nothing but their first load has written them, and it is forgotten. */
async function longUnchanged(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1, 2), { from: 20 })
  await shadow.apply(event("Product2", "UPDATE", productId(2), 100 * day, { Name: "Product 2" }))
  await runThrough(shadow, "Product2", "full", products(1, 2), { from: 100 * day + 5 })
  await shadow.all("delete from sf_shadow.read where read_from < $1", at(day))
  await shadow.apply(event("Product2", "GAP_DELETE", productId(1), 101 * day))
  return shadow
}

test("a re-read that does not find a record in doubt deletes it, though the read of its row is forgotten", async () => {
  const shadow = await longUnchanged()
  const { deleted, dirty } = await shadow.read("Product2", [], { from: 102 * day, missing: [productId(1)] })
  assert.deepEqual([deleted, dirty], [1, 0])
  assert.deepEqual(await shadow.ids("Product2"), [productId(2)])
})

test("an Id comparison deletes it as well, and may find it in doubt when its last change was refused later", async () => {
  const shadow = await longUnchanged()
  const run = await runThrough(shadow, "Product2", "ids", onlyIds([productId(2)]), { from: 102 * day })
  assert.deepEqual([run.state, run.deleted, run.dirty], ["complete", 1, 0])
  assert.deepEqual(await shadow.ids("Product2"), [productId(2)])

  const refused = await longUnchanged()
  await refused.read("Product2", [product(1, 103 * day, { StockKeepingUnit: null })], { from: 104 * day })
  const later = await runThrough(refused, "Product2", "ids", onlyIds([productId(2)]), { from: 102 * day })
  assert.deepEqual([later.state, later.deleted, later.dirty], ["complete", 0, 1])
  assert.equal((await refused.dirty("Product2"))[0]?.since.valueOf(), Number.NEGATIVE_INFINITY)
})

test("a re-read of another content is the record's, though its stamp is as it was", async () => {
  const shadow = await longUnchanged()
  const { updated } = await shadow.read("Product2", [product(1, 0, { Name: "x" })], { from: 102 * day })
  assert.equal(updated, 1)
  assert.equal((await shadow.row("Product2", productId(1)))?.name, "x")
})
