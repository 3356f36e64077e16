import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const id = productId(1)

async function loaded(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  return shadow
}

test("a delete removes the row and leaves a tombstone with its commit", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "DELETE", id, 60))
  assert.deepEqual(await shadow.ids("Product2"), [])
  const [tombstone] = await shadow.tombstones("Product2")
  assert.equal(tombstone?.record_id, id)
  assert.deepEqual(tombstone?.commit_timestamp, at(60))
  assert.deepEqual([tombstone?.proven, tombstone?.weak], [false, false])
  assert.equal((await shadow.state("Product2")).row_count, 0)
})

test("a page that was read before the delete cannot bring the record back", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "DELETE", id, 60))
  for (const from of [0, 20, 30, 55, 65])
    await shadow.read("Product2", [product(1, 0)], { from, to: from + 10 })
  assert.deepEqual(await shadow.ids("Product2"), [])
  assert.equal((await shadow.tombstones("Product2")).length, 1)
})

test("an event from before the delete cannot bring the record back", async () => {
  const shadow = await loaded()
  const late = event("Product2", "UPDATE", id, 50, { Name: "late" })
  const again = created("Product2", product(1, 0), 40)
  await shadow.apply(event("Product2", "DELETE", id, 60))
  await shadow.apply(late, again)
  assert.deepEqual(await shadow.ids("Product2"), [])
  // A key below the known one that was never seen: the record is read again.
  assert.deepEqual(await shadow.dirtyIds("Product2"), [id])
})

test("a page that was read after the delete, and shows the record, brings it back", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "DELETE", id, 60))
  await shadow.read("Product2", [product(1, 80)], { from: 100 })
  assert.deepEqual(await shadow.ids("Product2"), [id])
  assert.deepEqual(await shadow.tombstones("Product2"), [])
  assert.equal((await shadow.state("Product2")).row_count, 1)
})

test("an undelete brings the record back with all it carries", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "DELETE", id, 60))
  const { Id: _, SystemModstamp: __, IsDeleted: ___, ...fields } = product(1, 70, { Name: "Back" })
  await shadow.apply(event("Product2", "UNDELETE", id, 70, fields))
  assert.equal((await shadow.row("Product2", id))?.name, "Back")
  assert.deepEqual(await shadow.tombstones("Product2"), [])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})

test("create and delete in one batch leave only a tombstone", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(created("Product2", product(1, 0), 10), event("Product2", "DELETE", id, 11))
  assert.deepEqual(await shadow.ids("Product2"), [])
  assert.equal((await shadow.tombstones("Product2")).length, 1)
  assert.deepEqual(await shadow.invalidations("Product2"), [])
  assert.equal((await shadow.state("Product2")).row_count, 0)
})

test("an update after the delete in one batch leaves the record deleted and in doubt", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "DELETE", id, 60), event("Product2", "UPDATE", id, 61, { Name: "x" }))
  assert.deepEqual(await shadow.ids("Product2"), [])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [id])
})
