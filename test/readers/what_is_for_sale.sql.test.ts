import assert from "node:assert/strict"
import { before, test } from "node:test"
import { price, priceId, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const [standard, special] = ["01s000000000001AAA", "01s000000000002AAA"]
let shadow: Shadow
before(async () => {
  shadow = await Shadow.open()
  await shadow.read(
    "Product2",
    [product(1, 0), product(2, 0, { IsActive: false }), product(3, 0, { VPN_Region__c: "EU" })],
    { from: 10 },
  )
  await shadow.read(
    "PricebookEntry",
    [
      price(1, 1, 0),
      price(2, 1, 0, { CurrencyIsoCode: "USD", UnitPrice: 12.5 }),
      price(3, 1, 0, { Pricebook2Id: special, UnitPrice: 8 }),
      price(4, 2, 0),
      price(5, 3, 0, { IsActive: false }),
    ],
    { from: 10 },
  )
})

test("the catalogue has active products with their active prices, one row per price", async () => {
  const rows = await shadow.all<Record<string, unknown>>(
    "select * from sf_catalog order by pricebook_entry_id",
  )
  assert.deepEqual(
    rows.map(({ pricebook_entry_id }) => pricebook_entry_id),
    [priceId(1), priceId(2), priceId(3)],
    "not the inactive product 2, nor product 3 without an active price",
  )
  const { product_raw_payload, price_raw_payload, ...row } = rows[0] as Record<string, unknown>
  assert.deepEqual(product_raw_payload, product(1, 0))
  assert.equal((price_raw_payload as Record<string, unknown>).UnitPrice, 9.99)
  const expected = {
    product_id: productId(1),
    sku: "SKU-1",
    name: "Product 1",
    pricebook_entry_id: priceId(1),
    pricebook_id: standard,
    unit_price: "9.99",
    currency_iso_code: "EUR",
    item_class: "Plan",
    offering_type: null,
    plan_tier: "Gold",
    vpn_region: null,
  }
  assert.deepEqual({ ...row, ...expected }, row)
})

test("sf_price is the active price of a SKU in a price book and a currency", async () => {
  const priceOf = async (sku: string, pricebook: string, currency: string) => {
    const rows = await shadow.all<{ unit_price: string }>(
      "select unit_price from sf_price(sku => $1, pricebook_id => $2, currency => $3)",
      sku,
      pricebook,
      currency,
    )
    return rows.map(({ unit_price }) => unit_price)
  }
  assert.deepEqual(await priceOf("SKU-1", standard, "EUR"), ["9.99"])
  assert.deepEqual(await priceOf("SKU-1", standard, "USD"), ["12.50"])
  assert.deepEqual(await priceOf("SKU-1", special, "EUR"), ["8.00"])
  assert.deepEqual(await priceOf("SKU-1", special, "USD"), [])
  assert.deepEqual(await priceOf("SKU-2", standard, "EUR"), [], "the product is not active")
  assert.deepEqual(await priceOf("SKU-3", standard, "EUR"), [], "the price is not active")
  assert.deepEqual(await priceOf("no such SKU", standard, "EUR"), [])
})

test("a product that becomes active is for sale at once", async () => {
  await shadow.read("Product2", [product(2, 100, { IsActive: true })], { from: 200 })
  const [row] = await shadow.all<{ sku: string }>(
    "select sku from sf_catalog where product_id = $1",
    productId(2),
  )
  assert.equal(row?.sku, "SKU-2")
})
