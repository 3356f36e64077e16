import assert from "node:assert/strict"
import { test } from "node:test"
import { created, event, product, productId } from "../harness/records.ts"
import { type Folded, Shadow } from "../harness/shadow.ts"

const id = productId(1)

function results(folded: Folded[]): Record<string, number> {
  return Object.fromEntries(folded.map(({ result, events }) => [result, events]))
}

test("an event that comes again under a new replay id is skipped", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  const first = event("Product2", "UPDATE", id, 60, { Name: "first" })
  const second = event("Product2", "UPDATE", id, 61, { Name: "second" })
  await shadow.apply(first, second)
  const folded = await shadow.apply({ ...first, replay_id: "ff01" }, { ...second, replay_id: "ff02" })
  assert.deepEqual(results(folded), { skipped: 2 })
  assert.equal((await shadow.row("Product2", id))?.name, "second")
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
  assert.equal((await shadow.invalidations("Product2")).length, 2)
})

test("an event that comes twice in one batch is applied once", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  const first = event("Product2", "UPDATE", id, 60, { Name: "first" })
  const second = event("Product2", "UPDATE", id, 61, { Name: "second" })
  const folded = await shadow.apply(first, second, { ...first, replay_id: "ff01" })
  assert.deepEqual(results(folded), { applied: 2, skipped: 1 })
  assert.equal((await shadow.row("Product2", id))?.name, "second")
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})

test("an event with a lower key that was never seen makes the record dirty and changes nothing", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  const lower = event("Product2", "UPDATE", id, 59, { Name: "lower" })
  await shadow.apply(event("Product2", "UPDATE", id, 60, { Name: "higher" }))
  assert.deepEqual(results(await shadow.apply(lower)), { dirty: 1 })
  assert.equal((await shadow.row("Product2", id))?.name, "higher")
  assert.deepEqual(await shadow.dirtyIds("Product2"), [id])
})

test("a lower key in the same batch is dirty as well, and does not undo the higher one", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  const lower = event("Product2", "UPDATE", id, 59, { Name: "lower" })
  const higher = event("Product2", "UPDATE", id, 60, { Name: "higher" })
  assert.deepEqual(results(await shadow.apply(higher, lower)), { applied: 1, dirty: 1 })
  assert.equal((await shadow.row("Product2", id))?.name, "higher")
  assert.deepEqual(await shadow.dirtyIds("Product2"), [id])
})

test("an event that a full read has surely seen is skipped", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0, { Name: "read" })], { from: 100 })
  // The margin is 10 s: what was committed before second 90 is in the read.
  assert.deepEqual(results(await shadow.apply(event("Product2", "UPDATE", id, 89, { Name: "older" }))), {
    skipped: 1,
  })
  assert.deepEqual(results(await shadow.apply(event("Product2", "UPDATE", id, 90, { Name: "newer" }))), {
    applied: 1,
  })
  assert.equal((await shadow.row("Product2", id))?.name, "newer")
})

test("an event from before the version that was read is skipped", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 100, { Name: "read" })], { from: 105 })
  const folded = await shadow.apply(event("Product2", "UPDATE", id, 99, { Name: "older" }))
  assert.deepEqual(results(folded), { skipped: 1 })
  assert.equal((await shadow.row("Product2", id))?.name, "read")
})

test("an event of the same second as the version that was read is applied, and dirty when it changes content", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 100, { Name: "read" })], { from: 102 })
  await shadow.apply(event("Product2", "UPDATE", id, 100, { Name: "read" }))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
  await shadow.apply(event("Product2", "UPDATE", id, 100, { Name: "other" }))
  assert.equal((await shadow.row("Product2", id))?.name, "other")
  assert.deepEqual(await shadow.dirtyIds("Product2"), [id])
})

test("an event for a record that the last full run did not show is skipped when it is older than that run", async () => {
  const shadow = await Shadow.open()
  const readId = await shadow.readId("Product2", { from: 100 })
  await shadow.pool.query("update sf_shadow.object_state set proof_read_id = $1 where object = 'Product2'", [
    readId,
  ])
  assert.deepEqual(results(await shadow.apply(created("Product2", product(1, 50), 50))), { skipped: 1 })
  assert.deepEqual(results(await shadow.apply(created("Product2", product(2, 95), 95))), { applied: 1 })
  assert.deepEqual(await shadow.ids("Product2"), [productId(2)])
})

test("an event for a record that a read has shown to be absent is dirty unless it is later than that read", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [], { from: 100, to: 105, missing: [id] })
  assert.deepEqual(results(await shadow.apply(created("Product2", product(1, 104), 104))), { dirty: 1 })
  assert.deepEqual(await shadow.ids("Product2"), [])
  assert.deepEqual(results(await shadow.apply(created("Product2", product(1, 106), 106))), { applied: 1 })
  assert.deepEqual(await shadow.ids("Product2"), [id])
})

test("an event from before the version in which a read has shown the record as deleted is skipped", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 100, { IsDeleted: true })], { from: 105 })
  assert.deepEqual(results(await shadow.apply(event("Product2", "UPDATE", id, 99, { Name: "x" }))), {
    skipped: 1,
  })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})

test("what was refused of one record holds back no event of another", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.read("Product2", [product(2, 50, { StockKeepingUnit: null })], { from: 100 })
  assert.deepEqual(results(await shadow.apply(event("Product2", "UPDATE", id, 60, { Name: "x" }))), {
    applied: 1,
  })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})

test("an event that a full read has surely seen is skipped behind a later one of its batch too", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 100 })
  const folded = await shadow.apply(
    event("Product2", "UPDATE", id, 150, { Name: "later" }),
    event("Product2", "UPDATE", id, 89, { Name: "seen" }),
  )
  assert.deepEqual(results(folded), { applied: 1, skipped: 1 })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})
