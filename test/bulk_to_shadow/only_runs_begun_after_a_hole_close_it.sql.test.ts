import assert from "node:assert/strict"
import { test } from "node:test"
import { at, event, product, productId } from "../harness/records.ts"
import { onlyIds, runThrough } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const records = [product(1, 0)]
const ids = onlyIds([productId(1)])

/** Loaded in second 20, with an overflow in second 100; a delta looks back from the hole by itself. */
async function holed(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.pool.query(
    "select sf_shadow._open_hole('Product2', $1, $1, 'first position', 'first position')",
    [at(0)],
  )
  await runThrough(shadow, "Product2", "full", records, { from: 20 })
  assert.equal((await shadow.state("Product2")).hole_from, null)
  await shadow.apply(event("Product2", "GAP_OVERFLOW", "000000000000000AAA", 100))
  assert.deepEqual((await shadow.state("Product2")).hole_to, at(100))
  return shadow
}

const open = async (shadow: Shadow) => (await shadow.state("Product2")).hole_from !== null

test("a full run begun within the margin of the hole does not close it, a later one does", async () => {
  const shadow = await holed()
  await runThrough(shadow, "Product2", "full", records, { from: 110 })
  assert.equal(await open(shadow), true)
  await runThrough(shadow, "Product2", "full", records, { from: 111 })
  assert.equal(await open(shadow), false)
})

test("an Id comparison and a delta close it together, neither does alone", async () => {
  const shadow = await holed()
  await runThrough(shadow, "Product2", "ids", ids, { from: 120 })
  assert.equal(await open(shadow), true)
  await runThrough(shadow, "Product2", "delta", records, { from: 130 })
  assert.equal(await open(shadow), false)
})

test("a delta begun before the hole's end does not help the Id comparison", async () => {
  const shadow = await holed()
  await runThrough(shadow, "Product2", "delta", records, { from: 105 })
  await runThrough(shadow, "Product2", "ids", ids, { from: 120 })
  assert.equal(await open(shadow), true)
})

test("a second overflow widens the hole", async () => {
  const shadow = await holed()
  await shadow.apply(event("Product2", "GAP_OVERFLOW", "000000000000000AAA", 200))
  const { hole_from, hole_to } = await shadow.state("Product2")
  assert.deepEqual([hole_from, hole_to], [at(100), at(200)])
  await runThrough(shadow, "Product2", "full", records, { from: 150 })
  assert.equal(await open(shadow), true)
})

test("a hole without an end is closed by nothing before its end is known", async () => {
  const shadow = await holed()
  await shadow.pool.query("select sf_shadow.stream_to_holes($1, '{Product2}', $2, null, 'position lost')", [
    shadow.streamId,
    at(300),
  ])
  await runThrough(shadow, "Product2", "full", records, { from: 1_000 })
  assert.equal(await open(shadow), true)
  await shadow.pool.query("select sf_shadow.stream_to_holes($1, '{Product2}', $2, $3, 'position lost')", [
    shadow.streamId,
    at(300),
    at(1_010),
  ])
  assert.equal(await open(shadow), true)
  await runThrough(shadow, "Product2", "full", records, { from: 1_030 })
  assert.equal(await open(shadow), false)
})

test("a hole queues the delta that closes it", async () => {
  const shadow = await holed()
  const [job] = await shadow.all<{ key: string }>(
    "select key from sf_shadow_worker.jobs where key = 'hole:Product2'",
  )
  assert.equal(job?.key, "hole:Product2")
})
