import assert from "node:assert/strict"
import { test } from "node:test"
import { accountId, at, event, price, priceId, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

/** Two products with two prices each. */
async function loaded(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0), product(2, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0), price(2, 1, 0), price(3, 2, 0), price(4, 2, 0)], {
    from: 20,
  })
  return shadow
}

/** What the list of each product's prices may lack. */
async function listed(shadow: Shadow): Promise<string[][]> {
  const of = async (...products: number[]) => {
    const [row] = await shadow.all<{ ids: string[] }>(
      "select sf_shadow_listed_prices($1) as ids",
      products.map(productId),
    )
    return row?.ids.toSorted() ?? []
  }
  const [one, two] = [await of(1), await of(2)]
  assert.deepEqual(await of(1, 2), [...new Set([...one, ...two])].sort(), "of both what is of either")
  return [one, two]
}

test("a price of a product that is as Salesforce has it is not listed", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "GAP_UPDATE", [1, 2].map(productId), 60))
  assert.deepEqual(await listed(shadow), [[], []], "doubt of a product is none of its prices")
})

test("a price in doubt is listed for the product of its row only", async () => {
  const shadow = await loaded()
  await shadow.apply(event("PricebookEntry", "GAP_UPDATE", priceId(1), 60))
  assert.deepEqual(await listed(shadow), [[priceId(1)], []])
})

test("a price that cannot be stored is listed for the product that it names, with and without an older row", async () => {
  const shadow = await loaded()
  const unstorable = { UnitPrice: null }
  await shadow.read("PricebookEntry", [price(1, 1, 60, unstorable), price(9, 2, 60, unstorable)], {
    from: 80,
  })
  assert.deepEqual(await listed(shadow), [[priceId(1)], [priceId(9)]])
  await shadow.apply(event("PricebookEntry", "GAP_UPDATE", priceId(9), 90))
  assert.deepEqual(
    await listed(shadow),
    [[priceId(1)], [priceId(9)]],
    "in doubt too, it is still of product 2",
  )
})

test("what cannot be stored of another object is no price", async () => {
  const shadow = await loaded()
  await shadow.all(
    `insert into sf_shadow.reject (object, record_id, since, known_until, sqlstate, reason, payload, parent_id)
     values ('Account', $1, now(), now(), '22003', 'too long', '', $2)`,
    accountId(1),
    productId(1),
  )
  assert.deepEqual(await listed(shadow), [[], []])
})

test("a price that went with its product, and waits to be read again, is listed for that product", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "DELETE", productId(1), 60))
  assert.deepEqual(await listed(shadow), [[1, 2].map(priceId), []])
})

test("a price of which nothing is known yet may be of any product", async () => {
  const shadow = await loaded()
  await shadow.apply(event("PricebookEntry", "GAP_CREATE", priceId(9), 60))
  assert.deepEqual(await listed(shadow), [[priceId(9)], [priceId(9)]])
})

test("so may one that cannot be stored, in doubt, of which no product is known", async () => {
  const shadow = await loaded()
  await shadow.read("PricebookEntry", [price(9, 1, 60, { Product2Id: null })], { from: 80 })
  await shadow.apply(event("PricebookEntry", "GAP_UPDATE", priceId(9), 90))
  assert.deepEqual(await listed(shadow), [[priceId(9)], [priceId(9)]])
})

test("an account in doubt whose id a price has is no doubt of the price", async () => {
  const shadow = await loaded()
  await shadow.all(
    "select sf_shadow._mark_dirty('Account', array[$1, $2], array[$3, $3]::timestamptz[], array[$3, $3]::timestamptz[], array['x', 'x'])",
    priceId(1),
    priceId(9),
    at(60),
  )
  assert.deepEqual(await listed(shadow), [[], []])
})
