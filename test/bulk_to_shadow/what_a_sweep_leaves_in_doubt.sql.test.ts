import assert from "node:assert/strict"
import { test } from "node:test"
import { account, at, created, event, price, product, productId } from "../harness/records.ts"
import { mergePage, onlyIds, runThrough, startRun } from "../harness/runs.ts"
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

test("a row with a later version that was refused, both of before the comparison, is deleted once", async () => {
  const shadow = await loaded()
  await shadow.read("Product2", [product(2, 0)], { from: 20 })
  await shadow.read("Product2", [product(2, 50, { StockKeepingUnit: null })], { from: 55 })
  const { deleted, dirty } = await compare(shadow, [1], 100)
  assert.deepEqual([deleted, dirty], [1, 0])
  assert.deepEqual(await shadow.ids("Product2"), [productId(1)])
  assert.deepEqual(await shadow.rejects("Product2"), [])
  assert.equal((await shadow.tombstones("Product2")).length, 1)
  assert.equal((await shadow.state("Product2")).row_count, 1)
})

test("a row that was read again after the comparison is looked at a margin after that read", async () => {
  const shadow = await loaded()
  await shadow.read("Product2", [product(2, 0)], { from: 105, to: 115 })
  await compare(shadow, [1], 100)
  assert.deepEqual(await doubt(shadow), [[productId(2), at(95), at(126)]])
})

test("what another object has refused is no record that this one has not seen", async () => {
  const shadow = await loaded()
  await shadow.read("PricebookEntry", [price(1, 1, 0, { UnitPrice: null })], { from: 20 })
  await compare(shadow, [1], 100)
  assert.equal((await shadow.rejects("PricebookEntry")).length, 1)
  assert.deepEqual(await shadow.tombstones("Product2"), [])
})

test("pages of another object's load that is under way are not taken for this one's", async () => {
  const shadow = await loaded()
  const other = await startRun(shadow, "Account", "full", { from: 100, expected: 2 })
  await mergePage(shadow, other, 1, [account(1, 0)], "next")
  const { state, deleted } = await compare(shadow, [1], 100)
  assert.deepEqual([state, deleted], ["complete", 0])
})

test("what was refused of other records since holds back no delete", async () => {
  const shadow = await loaded()
  await shadow.read("Product2", [product(2, 0)], { from: 20 })
  const refused = [8, 9].map((n) => product(n, 120, { StockKeepingUnit: null }))
  await shadow.read("Product2", refused, { from: 125 })
  const { deleted, dirty } = await compare(shadow, [1, 8, 9], 100)
  assert.deepEqual([deleted, dirty], [1, 0])
  assert.deepEqual(await shadow.ids("Product2"), [productId(1)])
  assert.equal((await shadow.state("Product2")).row_count, 1)
})
