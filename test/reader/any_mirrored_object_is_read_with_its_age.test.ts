import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { MalformedKeyError, NotMirroredError } from "../../src/reader/index.ts"
import { field, standard } from "../mapping/described_objects.ts"
import { startReading } from "./reading.ts"

const object = "Service_Site__c"
const reading = await startReading(3)
await reading.mirror(object)
const site = reading.seeded.sites[0] as string
beforeEach(async () => {
  reading.org.faults.disarm()
  await reading.pool.query("delete from sf_shadow.refresh_request")
  await reading.load(object)
  await reading.age(object, 3600)
  await reading.claim(60)
})

test("a fresh record of an added object comes from the shadow, as sf_shadow_record has it, numbers digit for digit", async () => {
  const { org, readerPool } = reading
  const calls = reading.calls()
  const read = await reading.reader().record(object, site.slice(0, 15))
  const truth = org.read(object, site)
  assert.deepEqual([read.source, read.stale, read.reason], ["shadow", false, null])
  assert.ok(read.ageMs !== null && read.ageMs >= 59_000 && read.ageMs < 120_000, `age ${read.ageMs}`)
  assert.ok(Math.abs(Date.now() - (read.freshAsOf?.getTime() ?? 0) - (read.ageMs ?? 0)) < 5_000)
  assert.equal(read.value?.service_site_id, site)
  assert.equal(read.value?.account, truth?.Account__c)
  assert.equal(read.value?.bandwidth_mbps, Number(truth?.Bandwidth_Mbps__c).toFixed(2))
  assert.equal(read.value?.is_live, truth?.Is_Live__c)
  const { rows } = await readerPool.query(
    "select record - 'synced_at' - 'bandwidth_mbps' - 'monthly_fee' as record from sf_shadow_record($1, $2)",
    [object, site],
  )
  const { bandwidth_mbps: _bandwidth, monthly_fee: _fee, ...others } = read.value ?? {}
  assert.deepEqual(others, rows[0].record)
  assert.equal(reading.calls(), calls)
})

test("a stale one is read from Salesforce, in the shadow's form, and is refreshed by the merge path", async () => {
  await reading.claim(3600)
  reading.org.transaction((tx) => tx.update(object, site, { Bandwidth_Mbps__c: 12.5, Status__c: "Closed" }))
  const reader = reading.reader()
  const read = await reader.record(object, site)
  assert.deepEqual([read.source, read.stale, read.reason], ["salesforce", false, null])
  assert.deepEqual([read.value?.bandwidth_mbps, read.value?.status], ["12.50", "Closed"])
  assert.ok(Date.now() - (read.freshAsOf?.getTime() ?? 0) < 30_000)
  assert.deepEqual(await reading.requested(object), [site])
  await reading.load(object)
  await reading.claim(60)
  const after = await reader.record(object, site)
  assert.equal(after.source, "shadow")
  assert.deepEqual(after.value, read.value)
})

test("while Salesforce is down or over its limits, or not configured, the shadow's row says that it is stale, and why", async () => {
  await reading.claim(3600)
  reading.org.faults.arm("http.status", { path: /composite/, status: 503 })
  const down = await reading.reader().record(object, site)
  assert.deepEqual([down.source, down.stale], ["shadow", true])
  assert.match(down.reason ?? "", /nothing was heard of changes after .*; .*503/s)
  assert.equal(down.value?.service_site_id, site)
  const alone = await reading.reader({ salesforce: undefined as never }).record(object, site)
  assert.deepEqual([alone.source, alone.stale, alone.value], ["shadow", true, down.value])
  assert.match(alone.reason ?? "", /nothing was heard of changes after/)
})

test("what the shadow lacks is asked for, and then read again; missing in both is a clear null", async () => {
  const { org, seeded } = reading
  const account = seeded.accounts[0] as string
  const id = org.transaction((tx) => tx.create(object, { Name: "New", Account__c: account }))
  const reader = reading.reader()
  const read = await reader.record(object, id)
  assert.deepEqual([read.source, read.value?.name], ["salesforce", "New"])
  await reader.idle()
  assert.deepEqual(await reading.requested(object), [id])
  org.transaction((tx) => tx.delete(object, id))
  const gone = await reader.record(object, id)
  assert.deepEqual([gone.value, gone.source, gone.stale], [null, "salesforce", false])
})

test("each of the shipped objects is read in the same way", async () => {
  const { seeded, pool } = reading
  const product = await reading.reader().record("Product2", seeded.products[0] as string)
  const { rows } = await pool.query("select sku from sf_product_shadow where product_id = $1", [
    seeded.products[0],
  ])
  assert.deepEqual([product.source, product.value?.sku], ["shadow", rows[0].sku])
})

test("compared with Salesforce a record that is equal is no mismatch, and one that the shadow has wrong is", async () => {
  const reader = reading.reader({ mode: "compare" })
  const unchanged = reading.seeded.sites[1] as string
  const mismatches = () => reading.count("sf_shadow_read_mismatch_total", { object, late: "no" })
  await reader.record(object, unchanged)
  await reader.idle()
  assert.equal(await mismatches(), 0)
  await reading.pool.query(
    "update sf_service_site_shadow set status = 'Wrong', updated_at = now() - interval '1 day'",
  )
  await reader.record(object, unchanged)
  await reader.idle()
  assert.equal(await mismatches(), 1)
})

test("who asked Salesforce for the fields of before is told that the mapping has changed, and asks for those of now", async () => {
  const { pool, seeded, org } = reading
  const account = seeded.accounts[1] as string
  org.transaction((tx) => tx.update("Account", account, { Phone: "+49 1" }))
  await reading.claim(3600)
  await reading.age("Account", 3600)
  const reader = reading.reader()
  assert.equal((await reader.record("Account", account)).source, "salesforce")
  const described = { name: "Account", fields: [...standard, field("Phone", "phone")] }
  await pool.query("select sf_shadow.add_fields($1, $2)", [{ fields: ["Phone"] }, described])
  const outdated = await reader.record("Account", account)
  assert.deepEqual([outdated.source, outdated.stale, outdated.value?.phone], ["shadow", true, null])
  assert.match(outdated.reason ?? "", /records of Account were read without Phone, which is mapped now/)
  const read = await reader.record("Account", account)
  assert.deepEqual([read.source, read.value?.phone], ["salesforce", "+49 1"])
  // A fresh row says which of its columns waits.
  await reading.claim(60)
  const fresh = await reader.record("Account", seeded.accounts[2] as string)
  assert.deepEqual([fresh.source, fresh.stale], ["shadow", false])
  assert.equal(fresh.reason, "columns that were added wait for their values: phone")
})

test("an object that is not mirrored, or a malformed id or name, is an error that says so", async () => {
  const contact = "003Dp000000001A"
  for (const mode of ["shadow", "live"] as const) {
    await assert.rejects(reading.reader({ mode }).record("Contact", contact), (error: Error) => {
      assert.ok(error instanceof NotMirroredError)
      assert.match(
        error.message,
        /^object 'Contact' is not mirrored\. Mirrored objects: .*Service_Site__c\.$/,
      )
      return true
    })
  }
  const calls = reading.calls()
  for (const [name, id] of [
    [object, "nonsense"],
    [object, `${site.slice(0, 15)}AA6`],
    ["Account", site],
    ["Contact; drop table x", contact],
    [undefined as unknown as string, contact],
  ] as const) {
    await assert.rejects(reading.reader().record(name, id), MalformedKeyError)
  }
  assert.equal(reading.calls(), calls)
})
