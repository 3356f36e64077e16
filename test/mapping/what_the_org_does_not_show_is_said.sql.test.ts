import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, describes, event, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const without = (...names: string[]) => describes.Product2.filter(({ name }) => !names.includes(name))

test("a field that the org never had is lacking, or blocking where the column needs it", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.pool.query("delete from sf_shadow.described_field where object = 'Product2'")
  const findings = await shadow.describe("Product2", without("VPN_Region__c", "StockKeepingUnit"))
  assert.deepEqual(findings.map(({ finding, column_name }) => [finding, column_name]).sort(), [
    ["blocking", "sku"],
    ["lacking", "vpn_region"],
  ])
  assert.equal((await shadow.state("Product2")).degraded, null)
})

test("a default makes a lacking field no obstacle, and fills the column", async () => {
  const shadow = await Shadow.openAnother()
  const fields = describes.PricebookEntry.filter(({ name }) => name !== "CurrencyIsoCode")
  await shadow.pool.query("delete from sf_shadow.described_field where object = 'PricebookEntry'")
  const findings = async () => (await shadow.describe("PricebookEntry", fields)).map(({ finding }) => finding)
  assert.deepEqual(await findings(), ["blocking"])
  await shadow.pool.query("select sf_shadow.apply_settings('10 s', '60 s', '15 min', 'CHF')")
  assert.deepEqual(await findings(), ["lacking"])
})

test("a field that vanished keeps its values, from reads and from events, and marks the object degraded", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.read("Product2", [product(1, 0, { VPN_Region__c: "EU" })], { from: 20 })
  const findings = await shadow.describe("Product2", without("VPN_Region__c"))
  assert.deepEqual(findings, [{ finding: "vanished", field: "VPN_Region__c", column_name: "vpn_region" }])
  assert.match((await shadow.state("Product2")).degraded ?? "", /VPN_Region__c/)

  const { VPN_Region__c: _, ...seen } = product(1, 50, { Name: "read without it" })
  await shadow.read("Product2", [seen as ReturnType<typeof product>], { from: 100 })
  await shadow.apply(created("Product2", seen as ReturnType<typeof product>, 120))
  await shadow.apply(event("Product2", "UPDATE", productId(1), 130, { VPN_Region__c: null, Name: "event" }))
  const row = await shadow.row("Product2", productId(1))
  assert.deepEqual([row?.name, row?.vpn_region, row?.raw_payload.VPN_Region__c], ["event", "EU", "EU"])
})

test("a field that is back opens a hole since it vanished, so that its values are read anew", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.describe("Product2", without("VPN_Region__c"))
  const [vanished] = await shadow.all<{ vanished_at: Date }>(
    "select vanished_at from sf_shadow.described_field where field = 'VPN_Region__c'",
  )
  const findings = await shadow.describe("Product2", describes.Product2)
  assert.deepEqual(findings, [{ finding: "returned", field: "VPN_Region__c", column_name: "vpn_region" }])
  const { hole_from, degraded } = await shadow.state("Product2")
  assert.deepEqual([hole_from, degraded], [vanished?.vanished_at, null])
})

test("the same describe again has nothing to say", async () => {
  const shadow = await Shadow.openAnother()
  assert.deepEqual(await shadow.describe("Product2", describes.Product2), [])
  assert.equal((await shadow.state("Product2")).hole_from, null)
})

test("a record whose event brought a field before it was described is read again", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.read("Product2", [product(1, 0), product(2, 0)], { from: 20 })
  await shadow.pool.query("delete from sf_shadow.described_field where field = 'VPN_Region__c'")
  await shadow.apply(
    event("Product2", "UPDATE", productId(1), 60, { VPN_Region__c: "EU", Name: "Renamed" }),
    event("Product2", "UPDATE", productId(2), 60, { Name: "Renamed" }),
  )
  assert.equal((await shadow.row("Product2", productId(1)))?.name, "Renamed", "it did not wait for the field")
  assert.deepEqual(await shadow.describe("Product2", describes.Product2), [])
  const [mark, ...others] = await shadow.dirty("Product2")
  assert.deepEqual([mark?.record_id, mark?.since, others], [productId(1), at(60), []])
  await shadow.clearMarks("Product2")
  await shadow.describe("Product2", describes.Product2)
  assert.deepEqual(await shadow.dirty("Product2"), [], "it is known by now")
})
