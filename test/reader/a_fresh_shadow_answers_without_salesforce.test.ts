import assert from "node:assert/strict"
import { test } from "node:test"
import { MalformedKeyError } from "../../src/reader/index.ts"
import { skuOf, startReading } from "./reading.ts"

const reading = await startReading()

test("a fresh product comes from the shadow, with its active prices and its age", async () => {
  const { org, seeded } = reading
  const reader = reading.reader()
  const calls = reading.calls()
  const id = seeded.products[0] as string
  const read = await reader.product(id)
  const truth = org.read("Product2", id)
  assert.equal(read.source, "shadow")
  assert.equal(read.stale, false)
  assert.equal(read.reason, null)
  assert.ok(read.ageMs !== null && read.ageMs >= 59_000 && read.ageMs < 120_000, `age ${read.ageMs}`)
  assert.ok(Math.abs(Date.now() - (read.freshAsOf?.getTime() ?? 0) - (read.ageMs ?? 0)) < 5_000)
  assert.equal(read.value?.sku, truth?.StockKeepingUnit)
  assert.equal(read.value?.isActive, truth?.IsActive)
  assert.equal(read.value?.rawPayload.Name, truth?.Name)
  const active = [...org.rows("PricebookEntry")].filter((entry) => entry.Product2Id === id && entry.IsActive)
  assert.deepEqual(
    read.value?.prices.map((price) => [price.pricebookEntryId, Number(price.unitPrice)]),
    active.map((entry) => [entry.Id, entry.UnitPrice]).sort(),
  )
  assert.equal(reading.calls(), calls)
})

test("an id of 15 characters and the SKU find the same product", async () => {
  const reader = reading.reader()
  const id = reading.seeded.products[1] as string
  const byId = await reader.product(id.slice(0, 15))
  const bySku = await reader.productBySku(skuOf(reading, id))
  assert.deepEqual(byId.value, bySku.value)
  assert.equal(byId.value?.productId, id)
})

test("a price is the active one of its product, book and currency, digit for digit", async () => {
  const { org } = reading
  const reader = reading.reader()
  const entry = [...org.rows("PricebookEntry")].find(
    (one) => one.IsActive && org.read("Product2", one.Product2Id as string)?.IsActive,
  )
  assert.ok(entry)
  const of = {
    sku: skuOf(reading, entry.Product2Id as string),
    pricebookId: entry.Pricebook2Id as string,
    currency: entry.CurrencyIsoCode as string,
  }
  const { value } = await reader.price(of)
  assert.equal(value?.pricebookEntryId, entry.Id)
  assert.equal(value?.unitPrice, (entry.UnitPrice as number).toFixed(2))
  const calls = reading.calls()
  const none = await reader.price({ ...of, currency: "XTS" })
  assert.deepEqual([none.value, none.source, none.stale], [null, "shadow", false])
  assert.equal(reading.calls(), calls)
})

test("the catalogue holds every active product once, page by page", async () => {
  const { org } = reading
  const reader = reading.reader()
  const seen: string[] = []
  for (let after: string | undefined; ; ) {
    const { value, stale } = await reader.catalog(after === undefined ? { limit: 5 } : { limit: 5, after })
    assert.equal(stale, false)
    seen.push(...(value ?? []).map(({ productId }) => productId))
    if ((value ?? []).length < 5) break
    after = seen.at(-1)
  }
  const active = [...org.rows("Product2")].filter(({ IsActive }) => IsActive).map(({ Id }) => Id)
  assert.deepEqual(seen, active.sort())
})

test("an eligibility comes from the shadow", async () => {
  const id = reading.seeded.accounts[0] as string
  const read = await reading.reader().eligibility(id)
  assert.equal(read.source, "shadow")
  assert.equal(
    read.value?.internetEligibility,
    reading.org.read("Account", id)?.Internet_Eligibility__c ?? null,
  )
})

test("what is malformed is an error before any call", async () => {
  const reader = reading.reader()
  const calls = reading.calls()
  const product = reading.seeded.products[0] as string
  await reading.claim(3600)
  for (const wrong of [
    () => reader.product("nonsense"),
    () => reader.product(`${product.slice(0, 15)}AAZ`),
    () => reader.product(reading.seeded.accounts[0] as string),
    () => reader.productBySku(""),
    () => reader.productBySku("a\0b"),
    () => reader.productBySku("cut \ud83d"),
    () => reader.eligibility("001'; drop table x"),
    () => reader.price({ sku: "A", pricebookId: product, currency: "EUR" }),
    () => reader.price({ sku: "A", pricebookId: reading.seeded.pricebooks[0] as string, currency: "Euro" }),
    () => reader.catalog({ limit: 0 }),
    () => reader.product(undefined as unknown as string),
  ]) {
    await assert.rejects(wrong, MalformedKeyError)
  }
  await reading.claim(60)
  assert.equal(reading.calls(), calls)
})
