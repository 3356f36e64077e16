import assert from "node:assert/strict"
import { test } from "node:test"
import { endsWith, pastMargin } from "../harness/command.ts"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"

const visibleAtOnce = { visibilityLagMs: [0, 0] } as const

test("a mapped field that the org lacks is named, its column stays null, all else is loaded", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { environment } = await startOrg(t, { products: 20, pricebooks: 1, accounts: 5 })
  await pool.query("update sf_shadow.field set field = 'Region__c' where column_name = 'vpn_region'")
  const { stderr } = await endsWith(0, ["backfill"], environment(url))
  assert.match(stderr, /Product2 has no field Region__c .*Column vpn_region stays null/)
  const { rows } = await pool.query(
    "select count(*) as rows, count(vpn_region) as regions, count(sku) as skus from sf_product_shadow",
  )
  assert.deepEqual(rows, [{ rows: 20, regions: 0, skus: 20 }])
})

test("an org with one currency: exit 1 names the variable; with it every price has that currency", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, { products: 5, accounts: 3, multiCurrency: false })
  const { stderr } = await endsWith(1, ["backfill"], environment(url))
  assert.match(stderr, /PricebookEntry has no field CurrencyIsoCode .*set SF_DEFAULT_CURRENCY/)
  await endsWith(0, ["backfill"], { ...environment(url), SF_DEFAULT_CURRENCY: "EUR" })
  const { rows } = await pool.query("select distinct currency_iso_code from sf_pricebook_shadow")
  assert.deepEqual(rows, [{ currency_iso_code: "EUR" }])
  assert.deepEqual(await differences(org, pool), [])
})

test("a field whose permission is lost keeps its values and degrades the object; it catches up when it is back", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, { ...visibleAtOnce, products: 20, accounts: 0 })
  const id = seeded.products[0] as string
  org.transaction((tx) => tx.update("Product2", id, { VPN_Region__c: "before", Name: "Before" }))
  await endsWith(0, ["backfill"], environment(url))

  const lost = org.faults.arm("field.permission", {
    object: "Product2",
    field: "VPN_Region__c",
    times: Number.POSITIVE_INFINITY,
  })
  org.transaction((tx) => tx.update("Product2", id, { VPN_Region__c: "after", Name: "After" }))
  await pastMargin(pool, org)
  const { stderr } = await endsWith(0, ["backfill", "Product2"], environment(url))
  assert.match(stderr, /Product2\.VPN_Region__c was readable before and is not now: its values stand still/)
  const product = async () =>
    (await pool.query("select name, vpn_region from sf_product_shadow where product_id = $1", [id])).rows[0]
  assert.deepEqual(await product(), { name: "After", vpn_region: "before" })
  const lag = await pool.query("select state, reason from sf_shadow_lag where object = 'Product2'")
  assert.equal(lag.rows[0].state, "degraded")
  assert.match(lag.rows[0].reason, /VPN_Region__c/)

  org.faults.disarm(lost)
  await pastMargin(pool, org)
  await endsWith(0, ["backfill", "Product2"], environment(url))
  assert.deepEqual(await product(), { name: "After", vpn_region: "after" })
  assert.deepEqual(await differences(org, pool), [])
})
