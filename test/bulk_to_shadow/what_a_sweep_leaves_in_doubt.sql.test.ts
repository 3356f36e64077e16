import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, product, productId } from "../harness/records.ts"
import { onlyIds, runThrough } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const doubt = async (shadow: Shadow) =>
  (await shadow.dirty("Product2")).map(({ record_id, since, not_before }) => [record_id, since, not_before])

const compare = (shadow: Shadow, ids: number[], from: number, to = from + 1) =>
  runThrough(shadow, "Product2", "ids", onlyIds(ids.map(productId)), { from, to })

async function loaded(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
  return shadow
}

test("a row that was read within the margin is in doubt since that read, less the margin", async () => {
  const shadow = await loaded()
  await shadow.read("Product2", [product(2, 0)], { from: 90, to: 95 })
  await compare(shadow, [1], 100)
  assert.deepEqual(await doubt(shadow), [[productId(2), at(80), at(112)]])
})

test("a row of events alone is in doubt since its last event, and read a margin after all that is known of it", async () => {
  const shadow = await loaded()
  await shadow.apply(created("Product2", product(2, 130), 130))
  await compare(shadow, [1], 100)
  assert.deepEqual(await doubt(shadow), [[productId(2), at(130), at(141)]])
})

test("a row of which a later version was refused is not deleted", async () => {
  const shadow = await loaded()
  await shadow.read("Product2", [product(2, 0)], { from: 20 })
  await shadow.read("Product2", [product(2, 120, { StockKeepingUnit: null })], { from: 125, to: 128 })
  await compare(shadow, [1], 100)
  assert.deepEqual(await shadow.ids("Product2"), [1, 2].map(productId))
  assert.deepEqual(await doubt(shadow), [[productId(2), at(10), at(139)]])
})

test("what the shadow lacks may be missing since its claim, at the latest since the comparison began", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "UPDATE", productId(1), 900, { Name: "x" }))
  await compare(shadow, [1, 9], 100, 120)
  assert.deepEqual(await doubt(shadow), [[productId(9), at(90), at(131)]])
  const silent = await loaded()
  await compare(silent, [1, 9], 100)
  assert.deepEqual((await doubt(silent))[0]?.[1], at(10), "without a claim of events, since the last proof")
})
