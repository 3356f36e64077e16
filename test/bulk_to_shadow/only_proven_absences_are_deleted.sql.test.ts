import assert from "node:assert/strict"
import { test } from "node:test"
import { createPool } from "../../src/postgres/pool.ts"
import { at, event, price, priceId, product, productId } from "../harness/records.ts"
import { finishRun, mergePage, onlyIds, runThrough, startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const products = (...numbers: number[]) => numbers.map((n) => product(n, 0))

test("a full run deletes what it has not seen, with a proven tombstone", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1, 2, 3), { from: 20 })
  const run = await runThrough(shadow, "Product2", "full", products(1, 3), { from: 100 })
  assert.deepEqual([run.state, run.deleted, run.count_in_org, run.count_in_shadow], ["complete", 1, 2, 2])
  assert.deepEqual(await shadow.ids("Product2"), [productId(1), productId(3)])
  const [tombstone] = await shadow.tombstones("Product2")
  assert.deepEqual([tombstone?.record_id, tombstone?.proven], [productId(2), true])
  assert.deepEqual((await shadow.invalidations("Product2")).at(-1)?.record_ids, [productId(2)])
})

test("a record that changed after the run began is not deleted, but read again", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1, 2, 3), { from: 20 })
  // Within the margin of 10 s before the run, and after it.
  await shadow.apply(event("Product2", "UPDATE", productId(2), 91, { Name: "x" }))
  await shadow.apply(event("Product2", "UPDATE", productId(3), 130, { Name: "x" }))
  await runThrough(shadow, "Product2", "ids", onlyIds([productId(1)]), { from: 100 })
  assert.deepEqual(await shadow.ids("Product2"), [1, 2, 3].map(productId))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(2), productId(3)])
})

test("a record that another read has seen while the run went on is not deleted, but read again", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1), { from: 20 })
  const runId = await startRun(shadow, "Product2", "ids", { from: 100, expected: 1 })
  await shadow.read("Product2", [product(2, 105)], { from: 106 })
  await mergePage(shadow, runId, 1, onlyIds([productId(1)]))
  await finishRun(shadow, runId)
  assert.deepEqual(await shadow.ids("Product2"), [productId(1), productId(2)])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(2)])
})

test("an Id comparison marks what the shadow lacks, unless it is known to be unstorable", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1), { from: 20 })
  await shadow.read("Product2", [product(8, 0, { StockKeepingUnit: null })], { from: 30 })
  await runThrough(shadow, "Product2", "ids", onlyIds([1, 8, 9].map(productId)), { from: 100 })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(9)])
})

for (const kind of ["full", "ids"] as const) {
  test(`a reject without a row that a run (${kind}) has not seen is none any more, unless it is newer`, async () => {
    const shadow = await Shadow.open()
    await runThrough(shadow, "Product2", "full", products(1), { from: 20 })
    await shadow.read("Product2", [product(8, 0, { StockKeepingUnit: null })], { from: 30 })
    await shadow.read("PricebookEntry", [price(1, 8, 0)], { from: 30 })
    const { Id, SystemModstamp: _, IsDeleted: __, ...fields } = product(9, 95, { StockKeepingUnit: null })
    await shadow.apply(event("Product2", "CREATE", Id, 95, fields))
    await runThrough(shadow, "Product2", kind, products(1), { from: 100 })
    assert.deepEqual(
      (await shadow.rejects("Product2")).map(({ record_id }) => record_id),
      [productId(9)],
    )
    const [tombstone] = await shadow.tombstones("Product2")
    assert.deepEqual([tombstone?.record_id, tombstone?.proven], [productId(8), true])
    assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(9)])
    assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)], "it waited for its parent")
    assert.equal((await shadow.state("Product2")).row_count, 1)
  })
}

test("what an Id comparison finds missing may be missing since the object last claimed to be complete", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1), { from: 20 })
  await shadow.apply(event("Product2", "UPDATE", productId(1), 60, { Name: "x" }))
  await runThrough(shadow, "Product2", "ids", onlyIds([1, 9].map(productId)), { from: 100 })
  assert.deepEqual((await shadow.dirty("Product2"))[0]?.since, at(60))
  await shadow.clearMarks("Product2")
  await shadow.pool.query("select sf_shadow._open_hole('Product2', $1, $2, 'test')", [at(40), at(110)])
  await runThrough(shadow, "Product2", "ids", onlyIds([1, 9].map(productId)), { from: 200 })
  assert.deepEqual((await shadow.dirty("Product2"))[0]?.since, at(40))
})

test("a delta deletes nothing by absence", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1, 2), { from: 20 })
  await runThrough(shadow, "Product2", "delta", products(1), { from: 100 })
  assert.deepEqual(await shadow.ids("Product2"), [productId(1), productId(2)])
})

test("an absent product takes its prices along as weak tombstones", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1, 2), { from: 20 })
  await runThrough(shadow, "PricebookEntry", "full", [price(1, 1, 0), price(2, 2, 0)], { from: 20 })
  await runThrough(shadow, "Product2", "ids", onlyIds([productId(1)]), { from: 100 })
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(1)])
  assert.equal((await shadow.tombstones("PricebookEntry"))[0]?.weak, true)
  assert.equal((await shadow.state("PricebookEntry")).row_count, 1)
})

test("a set with fewer ids than the job processed is refused, and nothing is deleted", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1, 2, 3), { from: 20 })
  const runId = await startRun(shadow, "Product2", "ids", { from: 100, expected: 2 })
  await mergePage(shadow, runId, 1, onlyIds([productId(1), productId(1)]))
  await assert.rejects(finishRun(shadow, runId), { code: "SF008" })
  assert.deepEqual(await shadow.ids("Product2"), [1, 2, 3].map(productId))
})

test("fewer rows than the job processed are refused, and nothing is deleted", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1, 2, 3), { from: 20 })
  const runId = await startRun(shadow, "Product2", "full", { from: 100, expected: 3 })
  await mergePage(shadow, runId, 1, products(1, 2))
  await assert.rejects(finishRun(shadow, runId), { code: "SF009" })
  assert.deepEqual(await shadow.ids("Product2"), [1, 2, 3].map(productId))
  assert.equal((await shadow.state("Product2")).delta_from?.getTime(), at(20).getTime())
})

test("a run over no rows at all deletes them all, when it may", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1, 2), { from: 20 })
  const runId = await startRun(shadow, "Product2", "full", { from: 100, expected: 0 })
  await mergePage(shadow, runId, 1, [])
  await finishRun(shadow, runId)
  assert.deepEqual(await shadow.ids("Product2"), [])
})

test("a session that has merged nothing yet sweeps as any other", async (t) => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1, 2), { from: 20 })
  const runId = await startRun(shadow, "Product2", "ids", { from: 100, expected: 1 })
  await mergePage(shadow, runId, 1, onlyIds([productId(1)]))
  const session = createPool(shadow.url, { max: 1 })
  t.after(() => session.end())
  await session.query("select sf_shadow.finish_run($1, 1)", [runId])
  assert.deepEqual(await shadow.ids("Product2"), [productId(1)])
})
