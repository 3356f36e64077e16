import assert from "node:assert/strict"
import { test } from "node:test"
import { event, price, priceId, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

async function map(
  shadow: Shadow,
  table: string,
  object: string,
  field: string,
  column: string,
  type = "text",
) {
  await shadow.pool.query(`alter table ${table} add column ${column} ${type}`)
  await shadow.pool.query(
    "insert into sf_shadow.field (object, field, column_name, column_type) values ($1, $2, $3, $4)",
    [object, field, column, type],
  )
}

const fill = async (shadow: Shadow, object: string) =>
  (await shadow.all<{ filled: number }>("select sf_shadow.fields_to_columns($1) as filled", object))[0]
    ?.filled

test("a new column is filled from what is there already, and followed by reads and events", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.read("Product2", [product(1, 0, { Description: "one" }), product(2, 0)], { from: 20 })
  await map(shadow, "sf_product_shadow", "Product2", "Description", "description")
  assert.equal(await fill(shadow, "Product2"), 1)
  assert.equal((await shadow.row("Product2", productId(1)))?.description, "one")
  assert.deepEqual(
    (await shadow.invalidations("Product2")).map(({ record_ids }) => record_ids?.length ?? "everything"),
    [2, "everything"],
  )

  await shadow.apply(event("Product2", "UPDATE", productId(2), 60, { Description: "two" }))
  await shadow.read("Product2", [product(3, 0, { Description: "three" })], { from: 20 })
  const rows = await shadow.all("select description from sf_product_shadow order by product_id")
  assert.deepEqual(rows, [{ description: "one" }, { description: "two" }, { description: "three" }])
  assert.equal(await fill(shadow, "Product2"), 0)
})

test("a column of another type is filled where the value fits it", async () => {
  const shadow = await Shadow.openAnother()
  const weights = [1.5, "heavy", null, 2.123]
  await shadow.read(
    "Product2",
    weights.map((Weight__c, i) => product(i + 1, 0, { Weight__c })),
    { from: 20 },
  )
  await map(shadow, "sf_product_shadow", "Product2", "Weight__c", "weight", "numeric(6,2)")
  assert.equal(await fill(shadow, "Product2"), 1)
  const rows = await shadow.all("select weight from sf_product_shadow order by product_id")
  assert.deepEqual(rows, [{ weight: "1.50" }, { weight: null }, { weight: null }, { weight: null }])

  // The others are read again, and are rejects then: nobody takes their null for Salesforce's.
  assert.deepEqual(
    (await shadow.dirty("Product2")).map(({ record_id, reason }) => [record_id, reason]),
    [
      [
        productId(2),
        "its columns cannot hold it: Weight__c is heavy, which does not fit weight of type numeric(6,2)",
      ],
      [
        productId(4),
        "its columns cannot hold it: Weight__c is 2.123, which does not fit weight of type numeric(6,2)",
      ],
    ],
  )
  await shadow.read(
    "Product2",
    [product(2, 0, { Weight__c: "heavy" }), product(4, 0, { Weight__c: 2.123 })],
    {
      from: 25,
    },
  )
  assert.deepEqual(
    (await shadow.rejects("Product2")).map(({ record_id, sqlstate }) => [record_id, sqlstate]),
    [
      [productId(2), "22P02"],
      [productId(4), "22003"],
    ],
  )
})

test("a page with records that a newly typed column refuses stores the others", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.read("Product2", [product(1, 0, { Weight__c: "heavy" }), product(2, 0)], { from: 20 })
  await map(shadow, "sf_product_shadow", "Product2", "Weight__c", "weight", "numeric(6,2)")
  // The same content, read again while the first read's margin lasts: kept, and yet written.
  await shadow.read("Product2", [product(1, 0, { Weight__c: "heavy" }), product(2, 0)], { from: 25 })
  assert.equal((await shadow.row("Product2", productId(2)))?.weight, "1.50")
  assert.deepEqual(
    (await shadow.rejects("Product2")).map(({ sqlstate }) => sqlstate),
    ["22P02"],
  )
})

test("a field of the parent can be a column", async () => {
  const shadow = await Shadow.openAnother()
  await map(shadow, "sf_pricebook_shadow", "PricebookEntry", "Product2.Family", "product_family")
  await shadow.describe("PricebookEntry", [
    ...["Id", "Product2Id", "Pricebook2Id", "CurrencyIsoCode"].map((name) => ({ name, type: "text" })),
    { name: "IsActive", type: "boolean" },
    { name: "UnitPrice", type: "number" },
    { name: "SystemModstamp", type: "datetime" },
  ])
  const [load] = await shadow.all<{ fields: string[] }>(
    "select sf_shadow.load_fields('PricebookEntry') as fields",
  )
  assert.ok(load?.fields.includes("Product2.Family"))
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0, { "Product2.Family": "Internet" })], { from: 20 })
  assert.equal((await shadow.row("PricebookEntry", priceId(1)))?.product_family, "Internet")
  // An event of the price does not carry it, and does not blank it.
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 60, { UnitPrice: 5 }))
  assert.equal((await shadow.row("PricebookEntry", priceId(1)))?.product_family, "Internet")
})
