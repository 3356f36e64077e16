import assert from "node:assert/strict"
import { test } from "node:test"
import { at, event, product, productId, stamp } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const id = productId(1)

test("a new record is stored with its columns, payload and times", async () => {
  const shadow = await Shadow.open()
  const counts = await shadow.read("Product2", [product(1, 40)], { from: 100 })
  assert.deepEqual([counts.inserted, counts.updated, counts.dirty, counts.rejected], [1, 0, 0, 0])
  const row = await shadow.row("Product2", id)
  assert.equal(row?.sku, "SKU-1")
  assert.equal(row?.vpn_region, null)
  assert.deepEqual(row?.updated_at, at(40))
  // Known to be right for the read's beginning less the margin of 10 s.
  assert.deepEqual(row?.synced_at, at(90))
  assert.deepEqual(row?.raw_payload, product(1, 40))
})

test("a payload is stored in one form, whether REST or Bulk wrote it", async () => {
  const shadow = await Shadow.open()
  const rest = { LastModifiedDate: "2026-11-23T10:00:00.000+0000", Weight__c: "1.50", Description: "" }
  const bulk = { LastModifiedDate: "2026-11-23T10:00:00.000Z", Weight__c: 1.5, IsActive: "true" }
  await shadow.read("Product2", [product(1, 0, rest), product(2, 0, bulk)], { from: 50 })
  const first = (await shadow.row("Product2", productId(1)))?.raw_payload
  const second = (await shadow.row("Product2", productId(2)))?.raw_payload
  const { Id: _, Name: __, StockKeepingUnit: ___, ...same } = first ?? {}
  assert.deepEqual({ ...second, ...same }, second)
  assert.deepEqual(
    [first?.LastModifiedDate, first?.Weight__c, first?.Description],
    [bulk.LastModifiedDate, 1.5, null],
  )
})

test("the same page again changes nothing and tells nobody", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  const before = await shadow.row("Product2", id)
  const counts = await shadow.read("Product2", [product(1, 0)], { from: 20 })
  assert.equal(counts.ignored, 1)
  assert.deepEqual(await shadow.row("Product2", id), before)
  assert.equal((await shadow.invalidations("Product2")).length, 1)
})

test("equal content in a later read keeps the row and raises what is known of it", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 100, to: 110 })
  const counts = await shadow.read("Product2", [product(1, 0)], { from: 105, to: 115 })
  assert.equal(counts.unchanged, 1)
  assert.deepEqual((await shadow.row("Product2", id))?.synced_at, at(95))
  assert.equal((await shadow.invalidations("Product2")).length, 1)
})

test("equal content with a later stamp raises the stamp", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(event("Product2", "CREATE", id, 50, eventFields(1, 50)))
  await shadow.read("Product2", [product(1, 50)], { from: 55 })
  const row = await shadow.row("Product2", id)
  assert.deepEqual(row?.system_modstamp, at(50))
  assert.equal(row?.raw_payload.SystemModstamp, stamp(50))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})

test("an older version is ignored", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 50, { Name: "new" })], { from: 100, to: 110 })
  const counts = await shadow.read("Product2", [product(1, 40, { Name: "old" })], { from: 80, to: 89 })
  assert.equal(counts.ignored, 1)
  assert.equal((await shadow.row("Product2", id))?.name, "new")
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})

test("what cannot be decided keeps the row and is read again, once the doubt can be settled", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 50, { Name: "one" })], { from: 100, to: 110 })
  const counts = await shadow.read("Product2", [product(1, 50, { Name: "other" })], { from: 105, to: 115 })
  assert.equal(counts.dirty, 1)
  assert.equal((await shadow.row("Product2", id))?.name, "one")
  const [mark] = await shadow.dirty("Product2")
  // The later read_to, the margin and a second.
  assert.deepEqual(mark?.not_before, at(126))
  assert.deepEqual(mark?.since, at(90))
})

test("a read before a mark's time puts the re-read off, which could decide nothing so soon after it", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(event("Product2", "GAP_UPDATE", id, 100))
  const [marked] = await shadow.dirty("Product2")
  assert.deepEqual(marked?.not_before, at(111))
  await shadow.read("Product2", [product(1, 0)], { from: 105, to: 107 })
  const [putOff] = await shadow.dirty("Product2")
  assert.deepEqual(putOff?.not_before, at(118))
  assert.deepEqual(putOff?.generation, marked?.generation)
  await shadow.read("Product2", [product(1, 0)], { from: 118, to: 119 })
  assert.deepEqual((await shadow.dirty("Product2"))[0]?.not_before, at(118), "the re-read that it waits for")
})

test("a read that began before the last event does not undo it", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(event("Product2", "UPDATE", id, 60, { Name: "event" }))
  await shadow.read("Product2", [product(1, 0)], { from: 62, to: 64 })
  assert.equal((await shadow.row("Product2", id))?.name, "event")
  assert.deepEqual(await shadow.dirtyIds("Product2"), [id])
})

test("a deleted row of queryAll removes the record with a proven tombstone", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  const counts = await shadow.read("Product2", [product(1, 50, { IsDeleted: true })], { from: 100 })
  assert.equal(counts.deleted, 1)
  assert.deepEqual(await shadow.ids("Product2"), [])
  const [tombstone] = await shadow.tombstones("Product2")
  assert.equal(tombstone?.proven, true)
})

test("a deleted row of queryAll that was never here leaves a tombstone and counts nothing", async () => {
  const shadow = await Shadow.open()
  const counts = await shadow.read("Product2", [product(1, 50, { IsDeleted: true })], { from: 100 })
  assert.deepEqual([counts.inserted, counts.deleted, counts.unchanged], [0, 0, 1])
  assert.equal((await shadow.tombstones("Product2")).length, 1)
  assert.equal((await shadow.state("Product2")).row_count, 0)
})

test("an id that a re-read did not find is deleted, if the read is later than what is known", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0), product(2, 0)], { from: 20 })
  await shadow.apply(event("Product2", "UPDATE", productId(2), 95, { Name: "just changed" }))
  await shadow.read("Product2", [], { from: 100, missing: [id, productId(2)] })
  assert.deepEqual(await shadow.ids("Product2"), [productId(2)])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(2)])
})

test("a page of a run that began before the last full one may not bring a record back unasked", async () => {
  const shadow = await Shadow.open()
  const proof = await shadow.readId("Product2", { from: 100, to: 105 })
  await shadow.pool.query("update sf_shadow.object_state set proof_read_id = $1 where object = 'Product2'", [
    proof,
  ])
  await shadow.read("Product2", [product(1, 50), product(2, 106)], { from: 90, to: 110 })
  assert.deepEqual(await shadow.ids("Product2"), [productId(2)])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [id])
})

test("the row count is exact after any mix of changes", async () => {
  const shadow = await Shadow.open()
  await shadow.read(
    "Product2",
    [1, 2, 3, 4].map((n) => product(n, 0)),
    { from: 20 },
  )
  await shadow.read(
    "Product2",
    [product(1, 50), product(5, 50), product(6, 50, { StockKeepingUnit: null })],
    {
      from: 100,
      missing: [productId(2), productId(9)],
    },
  )
  await shadow.apply(
    event("Product2", "DELETE", productId(3), 120),
    event("Product2", "DELETE", productId(8), 120),
  )
  const [counted] = await shadow.all<{ count: number }>("select count(*) from sf_product_shadow")
  assert.equal((await shadow.state("Product2")).row_count, counted?.count)
  assert.equal(counted?.count, 3)
})

test("a transaction that could have an old snapshot is refused", async () => {
  const shadow = await Shadow.open()
  await assert.rejects(
    shadow.pool.query(
      "begin isolation level repeatable read; select sf_shadow._lock_objects(array['Product2']); commit",
    ),
    { code: "SF002" },
  )
})

function eventFields(n: number, sm: number): Record<string, unknown> {
  const { Id: _, SystemModstamp: __, IsDeleted: ___, Label__c: ____, ...fields } = product(n, sm)
  return fields
}

test("a version that is later than what the last read could see wins, though its own read began before that one", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 100, to: 101 })
  await shadow.read("Product2", [product(1, 150, { Name: "later" })], { from: 90, to: 200 })
  const [row] = await shadow.all(
    "select s.name, s.raw_payload ->> 'Name' as raw_name, r.read_to from sf_product_shadow s join sf_shadow.read r using (read_id)",
  )
  assert.deepEqual(row, { name: "later", raw_name: "later", read_to: at(200) })
})
