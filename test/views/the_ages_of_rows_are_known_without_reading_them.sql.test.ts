import assert from "node:assert/strict"
import { test } from "node:test"
import { at, event, price, product, productId } from "../harness/records.ts"
import { onlyIds, runThrough } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

/** The updated_at that the view's ages stand for, as an operator would reckon it; null where the view has none. */
async function bounds(
  shadow: Shadow,
  object = "Product2",
): Promise<[oldest: Date | null, newest: Date | null]> {
  const [row] = await shadow.all<{ oldest: Date | null; newest: Date | null }>(
    "select now() - max_updated_age as oldest, now() - since_last_change as newest from sf_shadow_lag where object = $1",
    object,
  )
  return [row?.oldest ?? null, row?.newest ?? null]
}

test("an object without rows has no ages", async () => {
  assert.deepEqual(await bounds(await Shadow.open()), [null, null])
})

test("every way into the shadow moves them: a load, a re-read, an event", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 10), product(2, 20)], { from: 30 })
  assert.deepEqual(await bounds(shadow), [at(10), at(20)])
  await shadow.read("Product2", [product(3, 5)], { from: 60 })
  assert.deepEqual(await bounds(shadow), [at(5), at(20)])
  await shadow.apply(event("Product2", "UPDATE", productId(2), 90, { Name: "x" }))
  assert.deepEqual(await bounds(shadow), [at(5), at(90)])
  assert.deepEqual(await bounds(shadow, "Account"), [null, null])
})

test("when the oldest row has changed or gone they are a bound, exact again after an Id comparison", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 10), product(2, 20), product(3, 25)], { from: 30 })
  await shadow.apply(event("Product2", "UPDATE", productId(1), 90, { Name: "x" }))
  assert.deepEqual(await bounds(shadow), [at(10), at(90)], "nothing is older than the bound")
  await runThrough(shadow, "Product2", "ids", onlyIds([productId(1), productId(3)]), { from: 300 })
  assert.deepEqual(await bounds(shadow), [at(25), at(90)])
})

test("they are exact again after the nightly scan too, and once the last row has gone they are forgotten", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 10), product(2, 20)], { from: 30 })
  await shadow.apply(event("Product2", "DELETE", productId(1), 90))
  await shadow.pool.query("select sf_shadow.scan_updated_at('Product2')")
  assert.deepEqual(await bounds(shadow), [at(20), at(20)])
  await shadow.apply(event("Product2", "DELETE", productId(2), 95))
  assert.deepEqual(await bounds(shadow), [null, null])
  await shadow.read("Product2", [product(4, 200)], { from: 400 })
  assert.deepEqual(await bounds(shadow), [at(200), at(200)])
})

test("a record that could not be stored moves nothing", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 10)], { from: 30 })
  await runThrough(
    shadow,
    "PricebookEntry",
    "full",
    [price(1, 1, 12, { UnitPrice: null }), price(2, 1, 14)],
    {
      from: 30,
    },
  )
  assert.deepEqual(await bounds(shadow, "PricebookEntry"), [at(14), at(14)])
})

test("a merge that moves neither a count nor a bound writes no new version of the object's state", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 10), product(2, 20)], { from: 30 })
  const version = () => shadow.all("select xmin from sf_shadow.object_state where object = 'Product2'")
  const before = await version()
  await shadow.read("Product2", [product(1, 10), product(2, 20)], { from: 60 })
  assert.deepEqual(await version(), before)
})

test("an object that was never loaded claims no lag, though its stream is heard of", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 30 })
  await shadow.apply(event("Product2", "UPDATE", productId(1), 90, { Name: "x" }))
  assert.deepEqual(
    await shadow.all("select state, lag_seconds from sf_shadow_lag where object = 'Product2'"),
    [{ state: "never loaded", lag_seconds: null }],
  )
})
