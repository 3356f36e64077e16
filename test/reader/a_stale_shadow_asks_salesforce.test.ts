import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { type ObjectName, skuOf, startReading } from "./reading.ts"

const reading = await startReading()
const everything: ObjectName[] = ["Product2", "PricebookEntry", "Account"]
beforeEach(async () => {
  reading.org.faults.disarm()
  await reading.pool.query("delete from sf_shadow.refresh_request")
  for (const object of everything) await reading.load(object)
  for (const object of everything) await reading.age(object, 3600)
  await reading.claim(3600)
})

test("a stale account is read from Salesforce, in the shadow's form, and refreshed by the merge path", async () => {
  const { org, seeded } = reading
  const id = seeded.accounts[0] as string
  org.transaction((tx) => tx.update("Account", id, { Internet_Eligibility__c: "Pending" }))
  const reader = reading.reader()
  const read = await reader.eligibility(id)
  assert.deepEqual([read.source, read.stale, read.reason], ["salesforce", false, null])
  assert.equal(read.value?.internetEligibility, "Pending")
  assert.ok(Date.now() - (read.freshAsOf?.getTime() ?? 0) < 30_000)
  await reader.idle()
  assert.deepEqual(await reading.requested("Account"), [id])
  const { rows } = await reading.pool.query("select task_identifier from sf_shadow_worker.jobs")
  assert.ok(rows.some(({ task_identifier }) => task_identifier === "records_to_shadow"))
  await reading.load("Account")
  await reading.claim(60)
  const after = await reader.eligibility(id)
  assert.equal(after.source, "shadow")
  assert.deepEqual(after.value, read.value)
})

test("a stale product is read with its prices, by id and by SKU, as the shadow would hold it", async () => {
  const { org, seeded } = reading
  const id = seeded.products[2] as string
  const entry = [...org.rows("PricebookEntry")].find((one) => one.Product2Id === id)?.Id as string
  org.transaction((tx) => tx.update("PricebookEntry", entry, { UnitPrice: 1234.5, IsActive: true }))
  const reader = reading.reader()
  const byId = await reader.product(id)
  const bySku = await reader.productBySku(skuOf(reading, id))
  assert.deepEqual([byId.source, bySku.source], ["salesforce", "salesforce"])
  assert.equal(byId.value?.prices.find((price) => price.pricebookEntryId === entry)?.unitPrice, "1234.50")
  assert.deepEqual(byId.value, bySku.value)
  await reader.idle()
  assert.ok((await reading.requested("PricebookEntry")).includes(entry))
  await reading.load("PricebookEntry")
  await reading.claim(60)
  assert.deepEqual((await reader.product(id)).value, byId.value)
})

test("a stale page of the catalogue is the one that Salesforce has now", async () => {
  const { org } = reading
  const active = [...org.rows("Product2")].filter(({ IsActive }) => IsActive).map(({ Id }) => Id as string)
  active.sort()
  const [gone, next] = active as [string, string]
  org.transaction((tx) => tx.update("Product2", gone, { IsActive: false }))
  const { value, source } = await reading.reader().catalog({ limit: 3 })
  assert.equal(source, "salesforce")
  assert.equal(value?.[0]?.productId, next)
  org.transaction((tx) => tx.update("Product2", gone, { IsActive: true }))
})

test("what the shadow lacks is asked for, though the object is fresh", async () => {
  const { org } = reading
  await reading.claim(60)
  const id = org.transaction((tx) =>
    tx.create("Account", { Name: "New", Internet_Eligibility__c: "Eligible" }),
  )
  const reader = reading.reader()
  const read = await reader.eligibility(id)
  assert.deepEqual([read.source, read.value?.internetEligibility], ["salesforce", "Eligible"])
  await reader.idle()
  assert.deepEqual(await reading.requested("Account"), [id])
})

test("missing in both is a clear null", async () => {
  const { org } = reading
  const id = org.transaction((tx) => tx.create("Account", { Name: "Short-lived" }))
  org.transaction((tx) => tx.delete("Account", id))
  const account = await reading.reader().eligibility(id)
  assert.deepEqual([account.value, account.source, account.stale], [null, "salesforce", false])
  const product = await reading.reader().productBySku("no such SKU")
  assert.deepEqual([product.value, product.source, product.stale], [null, "salesforce", false])
})

test("a SKU is found as it is written: Salesforce itself would not mind the case", async () => {
  const { org } = reading
  org.transaction((tx) =>
    tx.create("Product2", { Name: "Quoted", StockKeepingUnit: 'It\'s a \\ "SKU"', IsActive: true }),
  )
  const reader = reading.reader()
  assert.equal((await reader.productBySku('It\'s a \\ "SKU"')).value?.name, "Quoted")
  assert.equal((await reader.productBySku('IT\'S A \\ "sku"')).value, null)
})

test("who asks for the same at the same time shares one call", async () => {
  const id = reading.seeded.accounts[3] as string
  const reader = reading.reader()
  await reader.eligibility(reading.seeded.accounts[4] as string)
  const calls = reading.calls()
  reading.org.faults.arm("http.slow", { path: /composite/, afterBytes: 1, pauseMs: 500 })
  const reads = await Promise.all(Array.from({ length: 50 }, () => reader.eligibility(id)))
  assert.ok(reads.every(({ source }) => source === "salesforce"))
  assert.equal(reading.calls(), calls + 1)
})

test("a record in doubt gets no credit from its fresh object", async () => {
  const id = reading.seeded.accounts[5] as string
  await reading.claim(60)
  const reader = reading.reader({ salesforce: undefined as never })
  assert.equal((await reader.eligibility(id)).stale, false)
  await reading.pool.query(
    "select sf_shadow._mark_dirty('Account', $1, array[now()], array[now()], array['test'])",
    [[id]],
  )
  const read = await reader.eligibility(id)
  assert.equal(read.stale, true)
  assert.match(read.reason ?? "", /in doubt/)
  assert.ok((read.ageMs ?? 0) > 3_500_000)
})
