import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, price, priceId, product, productId } from "../harness/records.ts"
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

test("of two deletes the later one is known: what was told between them, and comes late, brings nothing back", async () => {
  // Commit, commit number and sequence number of the two deletes, and of what comes late.
  for (const [first, second, late] of [
    [
      [60, 5, 1],
      [80, 5, 1],
      [70, 5, 1],
    ],
    [
      [60, 5, 1],
      [60, 9, 1],
      [60, 7, 1],
    ],
    [
      [60, 5, 1],
      [60, 5, 3],
      [60, 5, 2],
    ],
  ] as [number, number, number][][]) {
    const shadow = await Shadow.open()
    await shadow.read("Product2", [product(1, 0)], { from: 20 })
    for (const [commit, commit_number, sequence_number] of [first, second] as [number, number, number][])
      await shadow.apply(
        event("Product2", "DELETE", productId(1), commit, {}, { commit_number, sequence_number }),
      )
    const [commit, commit_number, sequence_number] = late as [number, number, number]
    await shadow.apply({ ...created("Product2", product(1, commit), commit), commit_number, sequence_number })
    assert.deepEqual(await shadow.ids("Product2"), [], `${late}`)
    assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)], `${late}`)
  }
})

test("a delete that an event told is proven by the read that shows it: what that may not have seen yet is read again", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(event("Product2", "DELETE", productId(1), 60))
  await shadow.read("Product2", [], { from: 100, missing: [productId(1)] })
  await shadow.apply(created("Product2", product(1, 95), 95))
  assert.deepEqual(await shadow.ids("Product2"), [])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])
})

test("whose child a deleted record was is known as soon as anything has told it", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(event("PricebookEntry", "DELETE", priceId(1), 60))
  await shadow.apply(created("PricebookEntry", price(1, 1, 55), 55))
  await shadow.read("PricebookEntry", [], { from: 100, missing: [priceId(1)] })
  assert.equal((await shadow.tombstones("PricebookEntry"))[0]?.parent_id, productId(1))
})
