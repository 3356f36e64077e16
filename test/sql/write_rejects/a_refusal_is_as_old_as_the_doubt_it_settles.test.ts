import assert from "node:assert/strict"
import { test } from "node:test"
import { at, product, productId } from "../records.ts"
import { Shadow } from "../shadow.ts"

test("a record in doubt that cannot be stored is wrong since the doubt, not since the last proof", async () => {
  const shadow = await Shadow.open()
  await shadow.pool.query("select sf_shadow.mark_dirty('Product2', $1, $2, $2, array['test'])", [
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
