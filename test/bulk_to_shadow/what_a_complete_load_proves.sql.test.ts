import assert from "node:assert/strict"
import { test } from "node:test"
import { account, at, event, price, product, productId } from "../harness/records.ts"
import { finishRun, mergePage, runThrough, startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const products = (...numbers: number[]) => numbers.map((n) => product(n, 0))

/** From when on the read reaches that is an object's proof. */
async function provenFrom(shadow: Shadow, object = "Product2"): Promise<Date | undefined> {
  const [proof] = await shadow.all<{ read_from: Date }>(
    "select r.read_from from sf_shadow.read r join sf_shadow.object_state s on s.proof_read_id = r.read_id where s.object = $1",
    object,
  )
  return proof?.read_from
}

const verifications = (shadow: Shadow) =>
  shadow.all<{ drift: number }>(
    "select object, kind, compared, drift, count_in_org, count_in_shadow from sf_shadow.verification order by verification_id",
  )

test("a full load and an Id comparison are proofs, a delta is none; loads alone move the next delta", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1), { from: 100 })
  assert.deepEqual(
    [await provenFrom(shadow), (await shadow.state("Product2")).delta_from],
    [at(100), at(100)],
  )
  await runThrough(shadow, "Product2", "delta", [], { from: 200 })
  assert.deepEqual(
    [await provenFrom(shadow), (await shadow.state("Product2")).delta_from],
    [at(100), at(200)],
  )
  await runThrough(shadow, "Product2", "ids", products(1), { from: 300 })
  assert.deepEqual(
    [await provenFrom(shadow), (await shadow.state("Product2")).delta_from],
    [at(300), at(200)],
  )
  assert.equal(await provenFrom(shadow, "Account"), undefined)
  assert.equal((await shadow.state("Account")).delta_from, null)
})

test("a load that began earlier and ends later does not take the next delta back", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1), { from: 100 })
  const full = await startRun(shadow, "Product2", "full", { from: 150, expected: 1 })
  await runThrough(shadow, "Product2", "delta", [], { from: 200 })
  await mergePage(shadow, full, 1, products(1))
  await finishRun(shadow, full, 1)
  assert.deepEqual((await shadow.state("Product2")).delta_from, at(200))
})

test("a hole that was open before the first load reaches back to it, later ones stay as they are", async () => {
  const shadow = await Shadow.open()
  const open = (from: number) =>
    shadow.pool.query("select sf_shadow._open_hole('Product2', $1, 'infinity', 'test', 'stream')", [at(from)])
  await runThrough(shadow, "Account", "full", [account(1, 0)], { from: 100 })
  assert.equal((await shadow.state("Account")).hole_from, null, "no hole, no span")
  await open(500)
  await runThrough(shadow, "Product2", "full", products(1), { from: 300 })
  assert.deepEqual((await shadow.state("Product2")).hole_from, at(290), "from the load, less the margin")
  await runThrough(shadow, "Product2", "full", products(1), { from: 200 })
  assert.deepEqual((await shadow.state("Product2")).hole_from, at(290))
})

test("a load later than the hole does not widen it", async () => {
  const shadow = await Shadow.open()
  await shadow.pool.query("select sf_shadow._open_hole('Product2', $1, 'infinity', 'test', 'stream')", [
    at(100),
  ])
  await runThrough(shadow, "Product2", "full", products(1), { from: 300 })
  assert.deepEqual((await shadow.state("Product2")).hole_from, at(100))
})

test("counts of a run add up its pages and its sweep, and compare with the org", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1, 2, 3), { from: 20 })
  await shadow.apply(event("Product2", "UPDATE", productId(3), 95, { Name: "later" }))
  const runId = await startRun(shadow, "Product2", "full", { from: 100, expected: 3 })
  await mergePage(
    shadow,
    runId,
    1,
    [product(1, 50, { Name: "changed" }), product(8, 50, { StockKeepingUnit: null })],
    "next",
  )
  await mergePage(shadow, runId, 2, [product(9, 50)])
  await finishRun(shadow, runId, 7)
  const [run] = await shadow.all(
    `select state, received, inserted, updated, deleted, unchanged, ignored, dirty, rejected, count_in_org, count_in_shadow,
       finished_at is not null as ended from sf_shadow.run where run_id = $1`,
    runId,
  )
  assert.deepEqual(run, {
    state: "complete",
    received: 3,
    inserted: 1,
    updated: 1,
    deleted: 1,
    unchanged: 0,
    ignored: 0,
    dirty: 1,
    rejected: 1,
    count_in_org: 7,
    count_in_shadow: 3,
    ended: true,
  })
  assert.deepEqual(await shadow.all("select from sf_shadow.run_page"), [], "its ids are forgotten")
})

test("only a full load counts as a comparison of every field", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1, 2), { from: 20 })
  await runThrough(shadow, "Product2", "delta", [], { from: 100 })
  await runThrough(shadow, "Product2", "ids", products(1, 2), { from: 200 })
  assert.deepEqual(await verifications(shadow), [
    { object: "Product2", kind: "all", compared: 2, drift: 0, count_in_org: 2, count_in_shadow: 2 },
  ])
})

test("a full load that could not close a hole queues the delta that will", async () => {
  const shadow = await Shadow.open()
  await shadow.pool.query("select sf_shadow._open_hole('Product2', $1, $2, 'test')", [at(50), at(150)])
  await runThrough(shadow, "Product2", "full", products(1), { from: 100 })
  assert.deepEqual(await shadow.all("select key from sf_shadow_worker.jobs where key like 'hole:%'"), [
    { key: "hole:Product2" },
  ])
})

test("drift that pages found is in the comparison", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1), { from: 20 })
  await shadow.apply(event("Product2", "UPDATE", productId(1), 200, { Name: "told" }))
  await shadow.pool.query(
    "update sf_product_shadow set raw_payload = raw_payload || '{\"Description\":\"silently\"}', name = 'silently'",
  )
  await runThrough(shadow, "Product2", "full", [product(1, 100, { Name: "told" })], { from: 300 })
  assert.equal((await verifications(shadow)).at(-1)?.drift, 1)
})

test("the rows that a sweep deletes at once may be more than a tenth when the run is forced", async () => {
  const shadow = await Shadow.open()
  await runThrough(
    shadow,
    "Account",
    "full",
    Array.from({ length: 150 }, (_, i) => account(i + 1, 0)),
    { from: 20 },
  )
  const gone = Array.from({ length: 140 }, (_, i) => account(i + 1, 0, { IsDeleted: true }))
  const runId = await startRun(shadow, "Account", "full", { from: 100, expected: 150, forced: true })
  await mergePage(shadow, runId, 1, [...gone, ...Array.from({ length: 10 }, (_, i) => account(141 + i, 0))])
  const run = await finishRun(shadow, runId, 10)
  assert.deepEqual([run.state, run.deleted], ["complete", 140])
})

test("prices of a product that a page leaves deleted go with it, and are counted", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1, 2), { from: 20 })
  await runThrough(shadow, "PricebookEntry", "full", [price(1, 1, 0), price(2, 2, 0)], { from: 20 })
  await runThrough(shadow, "Product2", "delta", [product(1, 50, { IsDeleted: true })], { from: 100 })
  assert.equal((await shadow.state("PricebookEntry")).row_count, 1)
})
