import assert from "node:assert/strict"
import { test } from "node:test"
import { at, event, price, priceId, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"
import { changeSku } from "../harness/skus.ts"
import { keepingVersions } from "../harness/versions.ts"
import { addFields, described } from "../mapping/added_fields.ts"
import { field } from "../mapping/described_objects.ts"

const pricebook = "01s000000000001AAA"

async function priceAt(shadow: Shadow, seconds: number, sku = "SKU-1", currency = "EUR") {
  const rows = await shadow.all<{ unit_price: string; valid_from: Date; valid_to: Date | null }>(
    "select unit_price, valid_from, valid_to from sf_price_at($1, $2, $3, $4)",
    sku,
    pricebook,
    currency,
    at(seconds),
  )
  return rows.map(({ unit_price, valid_from, valid_to }) => [unit_price, valid_from, valid_to])
}

async function priced(): Promise<Shadow> {
  const shadow = await keepingVersions("Product2", "PricebookEntry")
  await shadow.read("Product2", [product(1, 0), product(2, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 10), price(2, 2, 10, { UnitPrice: 20 })], { from: 20 })
  return shadow
}

test("a price is that of the versions which were valid at the time, with the time for which the answer holds", async () => {
  const shadow = await priced()
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 100, { UnitPrice: 12 }))
  await shadow.apply(event("Product2", "UPDATE", productId(1), 150, { Name: "renamed" }))
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 200, { IsActive: false }))
  assert.deepEqual(await priceAt(shadow, 5), [], "of before nothing is known")
  assert.deepEqual(await priceAt(shadow, 10), [["9.99", at(10), at(100)]])
  assert.deepEqual(await priceAt(shadow, 99.999), [["9.99", at(10), at(100)]])
  assert.deepEqual(await priceAt(shadow, 100), [["12.00", at(100), at(150)]])
  assert.deepEqual(await priceAt(shadow, 160), [["12.00", at(150), at(200)]])
  assert.deepEqual(await priceAt(shadow, 200), [])
  for (const nothing of [await priceAt(shadow, 50, "SKU-9"), await priceAt(shadow, 50, "SKU-1", "eur")])
    assert.deepEqual(nothing, [])
  assert.deepEqual(await shadow.all("select * from sf_price_at(null, null, null, null)"), [])
})

test("a SKU that goes to another product takes the price of that one along, and a deleted product has none", async () => {
  const shadow = await priced()
  await shadow.apply(changeSku(1, 100, "SKU-9"))
  await shadow.apply(changeSku(2, 101, "SKU-1"))
  await shadow.apply(event("Product2", "DELETE", productId(2), 200))
  assert.equal((await priceAt(shadow, 50))[0]?.[0], "9.99")
  assert.equal((await priceAt(shadow, 150))[0]?.[0], "20.00")
  assert.deepEqual(await priceAt(shadow, 250), [])
})

test("where IsActive of Product2 is mapped, a product that was not active had no price", async () => {
  const shadow = await priced()
  const fields = described("Product2", field("IsActive", "boolean"))
  await addFields(shadow.pool, { object: "Product2", fields: ["IsActive"] }, fields)
  await shadow.all("select sf_shadow.fill_fields('Product2')")
  await shadow.lead()
  await shadow.apply(event("Product2", "UPDATE", productId(1), 100, { IsActive: false }))
  assert.equal((await priceAt(shadow, 50)).length, 1)
  assert.deepEqual(await priceAt(shadow, 150), [])
})

test("without versions the question is refused, with what to do; readers may ask it", async () => {
  const shadow = await Shadow.openAnother()
  await assert.rejects(priceAt(shadow, 0), {
    code: "SF016",
    message: "the versions of Product2 and PricebookEntry are not kept: what a price was is not known",
    hint: /objects history Product2 on, or select add_job\('keep_history', '{"object":"Product2","history":true}'\)/,
  })
  await shadow.all("select sf_shadow.keep_history('Product2', true)")
  await assert.rejects(priceAt(shadow, 0), { code: "SF016", message: /^the versions of PricebookEntry are/ })
  await shadow.all("select sf_shadow.keep_history('PricebookEntry', true)")
  const client = await shadow.pool.connect()
  await client.query("set role sf_shadow_reader")
  await client.query("select * from public.sf_price_at('SKU-1', '', 'EUR', now())")
  await client.query("select * from public.sf_pricebook_shadow_history")
  await assert.rejects(client.query("delete from public.sf_pricebook_shadow_history"), { code: "42501" })
  await client.query("reset role")
  client.release()
})
