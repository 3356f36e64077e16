import assert from "node:assert/strict"
import { test } from "node:test"
import { account, accountId, at, product } from "../harness/records.ts"
import { endRun, finishRun, mergePage, onlyIds, runThrough, startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const products = (...numbers: number[]) => numbers.map((n) => product(n, 0))

test("a hole is closed by its own object's runs alone", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1), { from: 20 })
  await runThrough(shadow, "Account", "full", [account(1, 0)], { from: 20 })
  for (const object of ["Product2", "Account"])
    await shadow.pool.query("select sf_shadow._open_hole($1, $2, $3, 'test')", [object, at(50), at(60)])
  await runThrough(shadow, "Account", "full", [account(1, 0)], { from: 90 })
  await shadow.pool.query("select sf_shadow._close_hole('Product2')")
  assert.deepEqual((await shadow.state("Product2")).hole_from, at(50))
  await shadow.pool.query("select sf_shadow._open_hole('Account', $1, $2, 'test')", [at(82), at(85)])
  await runThrough(shadow, "Account", "ids", onlyIds([accountId(1)]), { from: 100 })
  await runThrough(shadow, "Account", "delta", [], { from: 100 })
  assert.equal((await shadow.state("Account")).hole_from, null)
  await shadow.pool.query("select sf_shadow._close_hole('Product2')")
  assert.deepEqual((await shadow.state("Product2")).hole_from, at(50))
  await runThrough(shadow, "Product2", "delta", [], { from: 100 })
  assert.deepEqual((await shadow.state("Product2")).hole_from, at(50), "a delta sees no hard delete")
})

test("a load that is under way or has failed closes nothing", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1), { from: 20 })
  await shadow.pool.query("select sf_shadow._open_hole('Product2', $1, $2, 'test')", [at(50), at(60)])
  const runId = await startRun(shadow, "Product2", "full", { from: 200, expected: 1 })
  await shadow.pool.query("select sf_shadow._close_hole('Product2')")
  assert.notEqual((await shadow.state("Product2")).hole_from, null)
  await endRun(shadow, runId)
  await shadow.pool.query("select sf_shadow._close_hole('Product2')")
  assert.notEqual((await shadow.state("Product2")).hole_from, null)
})

test("a delta from behind the hole's beginning does not help an Id comparison to close it", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1), { from: 2_000 })
  const runId = await startRun(shadow, "Product2", "delta", { from: 3_000, expected: 0 })
  // It began before the hole was found, so that it does not look back to it.
  await shadow.pool.query("select sf_shadow._open_hole('Product2', $1, $2, 'test')", [at(100), at(2_500)])
  await mergePage(shadow, runId, 1, [])
  await finishRun(shadow, runId, 1)
  await runThrough(shadow, "Product2", "ids", products(1), { from: 3_100 })
  assert.deepEqual((await shadow.state("Product2")).hole_from, at(100))
  await runThrough(shadow, "Product2", "delta", [], { from: 3_200 })
  assert.equal((await shadow.state("Product2")).hole_from, null)
})

/** Loaded in second 20, with a hole from 50 to 60. */
async function holed(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1), { from: 20 })
  await shadow.pool.query("select sf_shadow._open_hole('Product2', $1, $2, 'test')", [at(50), at(60)])
  return shadow
}

const isOpen = async (shadow: Shadow) => (await shadow.state("Product2")).hole_from !== null

test("an Id comparison begun within the margin of the hole does not help the delta, a later one does", async () => {
  const shadow = await holed()
  await runThrough(shadow, "Product2", "delta", [], { from: 100 })
  await runThrough(shadow, "Product2", "ids", products(1), { from: 70 })
  assert.equal(await isOpen(shadow), true)
  await runThrough(shadow, "Product2", "ids", products(1), { from: 71 })
  assert.equal(await isOpen(shadow), false)
})

test("an Id comparison that is under way does not help the delta", async () => {
  const shadow = await holed()
  await startRun(shadow, "Product2", "ids", { from: 100, expected: 1 })
  await runThrough(shadow, "Product2", "delta", [], { from: 100 })
  assert.equal(await isOpen(shadow), true)
})

test("neither does a delta help that is under way, or another object's", async () => {
  const shadow = await holed()
  await runThrough(shadow, "Account", "full", [account(1, 0)], { from: 20 })
  await shadow.pool.query("update sf_shadow.object_state set delta_from = $1 where object = 'Account'", [
    at(0),
  ])
  await runThrough(shadow, "Account", "delta", [], { from: 100 })
  await startRun(shadow, "Product2", "delta", { from: 100, expected: 0 })
  await runThrough(shadow, "Product2", "ids", products(1), { from: 100 })
  assert.equal(await isOpen(shadow), true)
})

test("a delta that looks back to within the margin before the hole does not help, one from a margin before it does", async () => {
  const shadow = await holed()
  await runThrough(shadow, "Product2", "ids", products(1), { from: 100 })
  for (const [since, isStillOpen] of [
    [41, true],
    [40, false],
  ] as const) {
    const runId = await startRun(shadow, "Product2", "delta", { from: 100, expected: 0 })
    // As one that was started with another overlap, or before the hole grew.
    await shadow.pool.query("update sf_shadow.run set since = $2 where run_id = $1", [runId, at(since)])
    await mergePage(shadow, runId, 1, [])
    await finishRun(shadow, runId, 1)
    assert.equal(await isOpen(shadow), isStillOpen, `since ${since}`)
  }
})
