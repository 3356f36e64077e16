import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, product, productId, stamp } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const id = productId(1)

async function proven(shadow: Shadow, from: number): Promise<void> {
  await shadow.pool.query("update sf_shadow.object_state set proof_read_id = $1 where object = 'Product2'", [
    await shadow.readId("Product2", { from }),
  ])
}

const mark = async (shadow: Shadow) => {
  const [doubt] = await shadow.dirty("Product2")
  return [doubt?.since, doubt?.not_before]
}

test("a read of equal content with an older stamp takes no time of the row back", async () => {
  const shadow = await Shadow.open()
  const same = { Name: "x", LastModifiedDate: stamp(0) }
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await proven(shadow, 20)
  await shadow.apply(event("Product2", "UPDATE", id, 60, { Name: "x" }))
  const counts = await shadow.read("Product2", [product(1, 58, same)], { from: 65 })
  assert.equal(counts.unchanged, 1)
  const row = await shadow.row("Product2", id)
  assert.deepEqual([row?.updated_at, row?.synced_at, row?.system_modstamp], [at(60), at(60), at(58)])
})

test("an older read of equal content with a later stamp keeps the values of the later read", async () => {
  const shadow = await Shadow.open()
  const same = { LastModifiedDate: stamp(0) }
  await shadow.read("Product2", [product(1, 50, { ...same, Label__c: "later" })], { from: 100, to: 110 })
  await shadow.read("Product2", [product(1, 60, { ...same, Label__c: "earlier" })], { from: 98, to: 108 })
  const row = await shadow.row("Product2", id)
  assert.equal(row?.raw_payload.Label__c, "later")
  assert.deepEqual([row?.system_modstamp, row?.synced_at], [at(60), at(90)])
  const [read] = await shadow.all(
    "select r.read_from from sf_shadow.read r join sf_product_shadow s using (read_id)",
  )
  assert.deepEqual(read, { read_from: at(100) })
})

test("a row of events alone is in doubt since its last event", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(created("Product2", product(1, 100), 100))
  await shadow.read("Product2", [product(1, 100, { Name: "other" })], { from: 105, to: 107 })
  assert.deepEqual(await mark(shadow), [at(100), at(118)])
})

test("a record without a row is in doubt since the last proof, less the margin, or for ever", async () => {
  const shadow = await Shadow.open()
  await proven(shadow, 100)
  await shadow.read("Product2", [product(1, 50)], { from: 90, to: 95 })
  assert.deepEqual(await mark(shadow), [at(90), at(106)])
  const other = await Shadow.open()
  await other.read("Product2", [product(1, 50, { StockKeepingUnit: null })], { from: 90 })
  assert.deepEqual(await other.all("select since from sf_shadow.reject"), [
    { since: Number.NEGATIVE_INFINITY },
  ])
})

test("a re-read can decide a margin and a second after all that was known: event, earlier read and this one", async () => {
  const byEvent = await Shadow.open()
  await byEvent.read("Product2", [product(1, 0)], { from: 20 })
  await byEvent.apply(event("Product2", "UPDATE", id, 200, { Name: "event" }))
  await byEvent.read("Product2", [product(1, 0)], { from: 150, to: 160 })
  assert.deepEqual((await mark(byEvent))[1], at(211))
  const byRead = await Shadow.open()
  await byRead.read("Product2", [product(1, 50, { Name: "one" })], { from: 100, to: 180 })
  await byRead.read("Product2", [product(1, 50, { Name: "other" })], { from: 105, to: 115 })
  assert.deepEqual((await mark(byRead))[1], at(191))
})

test("a deleted row again, and an absence that is known, write nothing", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [], { from: 100, missing: [id] })
  const before = await shadow.all("select * from sf_shadow.tombstone")
  const counts = await shadow.read("Product2", [], { from: 95, to: 105, missing: [id] })
  assert.equal(counts.ignored, 1)
  assert.deepEqual(await shadow.all("select * from sf_shadow.tombstone"), before)
  await shadow.read("Product2", [], { from: 104, to: 105, missing: [id] })
  assert.notDeepEqual(await shadow.all("select read_id from sf_shadow.tombstone"), [{ read_id: before }])
})

test("what a later read finds as it was counts as unchanged, and as refused alone where it cannot be stored any more", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  const counted = async (from: number) => {
    const { updated, unchanged, rejected } = await shadow.read("Product2", [product(1, 0)], { from })
    return { updated, unchanged, rejected }
  }
  assert.deepEqual(await counted(100), { updated: 0, unchanged: 1, rejected: 0 })
  assert.deepEqual(await counted(105), { updated: 0, unchanged: 1, rejected: 0 })
  await shadow.all("update sf_shadow.field set required = true where column_name = 'vpn_region'")
  assert.deepEqual(await counted(108), { updated: 0, unchanged: 0, rejected: 1 })
  assert.deepEqual(await counted(200), { updated: 0, unchanged: 0, rejected: 1 })
})

test("an absence that is known keeps the latest stamp and the latest read, in whatever order they come", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  for (const [stamp, from] of [
    [30, 100],
    [95, 98],
    [60, 105],
  ] as const)
    await shadow.read("Product2", [product(1, stamp, { IsDeleted: true })], { from })
  const [tombstone] = await shadow.all(
    "select t.system_modstamp, r.read_from from sf_shadow.tombstone t join sf_shadow.read r using (read_id)",
  )
  assert.deepEqual(tombstone, { system_modstamp: at(95), read_from: at(105) })
})

test("equal content raises the read by which a row is known: the first one after events alone, then the later of two", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(created("Product2", product(1, 95), 95))
  for (const [from, known] of [
    [100, 100],
    [105, 105],
    [103, 105],
  ] as const) {
    await shadow.read("Product2", [product(1, 95)], { from, to: 108 })
    const [read] = await shadow.all(
      "select r.read_from from sf_product_shadow join sf_shadow.read r using (read_id)",
    )
    assert.deepEqual(read, { read_from: at(known) }, `after the read from ${from}`)
  }
})
