import assert from "node:assert/strict"
import { test } from "node:test"
import {
  at,
  created,
  event,
  type ObjectName,
  price,
  priceId,
  product,
  productId,
} from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const id = productId(1)

/** A shadow with one product, whose load was read from 20 s on, the margin of 10 s off: right as of 10 s. */
async function loadedShadow(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  const proof = await shadow.readId("Product2", { from: 20 })
  await shadow.all(
    "update sf_shadow.object_state set proof_read_id = $1, delta_from = $2 where object = 'Product2'",
    proof,
    at(20),
  )
  return shadow
}

const update = (commit: number, fields: Record<string, unknown> = { Description: `as of ${commit}` }) =>
  event("Product2", "UPDATE", id, commit, fields)
const gap = (commit: number) => event("Product2", "GAP_UPDATE", id, commit)

async function syncedAt(shadow: Shadow, object: ObjectName = "Product2", of = id): Promise<number> {
  const row = await shadow.row(object, of)
  assert.ok(row, "there is no row")
  return (row.synced_at.getTime() - at(0).getTime()) / 1000
}

test("an update of a row that was right makes it right as of its commit", async () => {
  const shadow = await loadedShadow()
  await shadow.apply(update(60))
  assert.equal(await syncedAt(shadow), 60)
  await shadow.apply(update(70), update(80))
  assert.equal(await syncedAt(shadow), 80)
})

test("before the first complete load an update says nothing of the fields that it does not carry", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(update(60))
  assert.equal((await shadow.row("Product2", id))?.raw_payload.Description, "as of 60")
  assert.equal(await syncedAt(shadow), 10)
})

test("a row in doubt stays right as of its doubt, however many updates follow", async () => {
  const shadow = await loadedShadow()
  await shadow.apply(gap(50))
  assert.equal(await syncedAt(shadow), 10, "a gap event writes nothing")
  await shadow.apply(update(60))
  assert.equal(await syncedAt(shadow), 50)
  await shadow.apply(update(70))
  assert.equal((await shadow.row("Product2", id))?.raw_payload.Description, "as of 70")
  assert.equal(await syncedAt(shadow), 50)
  // A read is right by itself, though the mark stays; and so it stays when another update follows.
  await shadow.read("Product2", [product(1, 70, { Description: "as of 70" })], { from: 95 })
  assert.equal(await syncedAt(shadow), 85)
  await shadow.apply(update(100))
  assert.equal(await syncedAt(shadow), 85)
  await shadow.clearMarks("Product2")
  await shadow.apply(update(110))
  assert.equal(await syncedAt(shadow), 110)
})

test("a doubt that is told by the same batch counts like one that is marked", async () => {
  for (const batch of [
    [gap(50), update(60)],
    [gap(50), update(60), gap(70)],
    [event("Product2", "UPDATE", id, 50, {}, { diff_fields: ["Description"] }), update(60, { Name: "Anew" })],
    [event("Product2", "UPDATE", id, 50, {}, { error: "undecodable: cut short" }), update(60)],
  ]) {
    const shadow = await loadedShadow()
    await shadow.apply(...batch)
    assert.equal(await syncedAt(shadow), 50, JSON.stringify(batch[0]))
  }
})

test("an update as old as the version that was read is right before its commit only", async () => {
  const shadow = await loadedShadow()
  await shadow.read("Product2", [product(1, 50)], { from: 52 })
  await shadow.apply(update(50), update(60))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [id])
  assert.equal(await syncedAt(shadow), 50)
})

test("a doubt about a later change leaves a row right as of an earlier update", async () => {
  const shadow = await loadedShadow()
  await shadow.all(
    "select sf_shadow._mark_dirty('Product2', array[$1], array[$2::timestamptz], array[$2::timestamptz], array['later'])",
    id,
    at(90),
  )
  await shadow.apply(update(60))
  assert.equal(await syncedAt(shadow), 60)
})

test("an update behind a hole leaves a row right as of the hole", async () => {
  const shadow = await loadedShadow()
  await shadow.all(
    "select sf_shadow._open_hole('Product2', $1, 'infinity', 'position lost', 'stream')",
    at(50),
  )
  await shadow.apply(update(40))
  assert.equal(await syncedAt(shadow), 40)
  await shadow.apply(update(60))
  assert.equal(await syncedAt(shadow), 50)
})

test("a hole that is opened by an event of the same batch counts", async () => {
  const shadow = await loadedShadow()
  const overflow = event("Product2", "GAP_OVERFLOW", "000000000000000AAA", 50)
  await shadow.apply(update(40), overflow, update(60))
  assert.equal(await syncedAt(shadow), 50)
})

test("a doubt that is cast on a child by its parent's event of the same batch counts", async () => {
  const shadow = await loadedShadow()
  await shadow.read("PricebookEntry", [price(1, 1, 0)], { from: 20 })
  await shadow.all(
    "update sf_shadow.object_state set proof_read_id = $1 where object = 'PricebookEntry'",
    await shadow.readId("PricebookEntry", { from: 20 }),
  )
  await shadow.apply(
    event("Product2", "GAP_DELETE", id, 50),
    event("PricebookEntry", "UPDATE", priceId(1), 60, { UnitPrice: 1 }),
  )
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
  assert.equal(await syncedAt(shadow, "PricebookEntry", priceId(1)), 50)
})

test("a create or an undelete carries all, and is right as of its commit whatever was in doubt", async () => {
  for (const changeType of ["CREATE", "UNDELETE"]) {
    const shadow = await loadedShadow()
    await shadow.all(
      "select sf_shadow._open_hole('Product2', $1, 'infinity', 'position lost', 'stream')",
      at(30),
    )
    await shadow.apply(gap(40))
    await shadow.apply({ ...created("Product2", product(1, 60), 60), change_type: changeType })
    assert.equal(await syncedAt(shadow), 60, changeType)
    await shadow.apply(update(70))
    assert.equal(await syncedAt(shadow), 60, `${changeType}: the hole is still open`)
  }
})

test("a create with a gap and an update behind it in one batch is right as of the create", async () => {
  const shadow = await loadedShadow()
  await shadow.apply(created("Product2", product(1, 60), 60), gap(70), update(80))
  assert.equal((await shadow.row("Product2", id))?.raw_payload.Description, "as of 80")
  assert.equal(await syncedAt(shadow), 60)
})

test("events that are applied again raise nothing that they would not have raised", async () => {
  const shadow = await loadedShadow()
  await shadow.all("update sf_shadow.object set enabled = false where object = 'Product2'")
  await shadow.all("update sf_shadow.object_state set hole_from = $1 where object = 'Product2'", at(50))
  await shadow.apply(update(60))
  await shadow.all("update sf_shadow.object set enabled = true where object = 'Product2'")
  await shadow.all("select sf_shadow.reapply_events('Product2', $1, '2000-01-01', 0, 100)", shadow.streamId)
  assert.equal((await shadow.row("Product2", id))?.raw_payload.Description, "as of 60")
  assert.equal(await syncedAt(shadow), 50)
})
