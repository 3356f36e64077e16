import assert from "node:assert/strict"
import { test } from "node:test"
import { price, priceId, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

interface Reason {
  object: string
  sqlstate: string
  refused_by: string | null
  reason: string
  records: number
  sample_ids: string[]
  oldest_since: Date
  latest_at: Date
  what_to_do: string
}

const reasons = (shadow: Shadow) =>
  shadow.all<Reason>("select * from sf_shadow_reject_reason order by object, sqlstate, refused_by")

const secret = "4711-secret"

test("one row per object and fault, with a few ids, and what a human can do", async () => {
  const shadow = await Shadow.open()
  const tooMany = [1, 2, 3, 4, 5, 6, 7]
  await shadow.read("Product2", [product(1, 0), product(2, 0, { StockKeepingUnit: null })], { from: 20 })
  await shadow.read(
    "PricebookEntry",
    [
      ...tooMany.map((n) => price(n, 1, 0, { UnitPrice: `${n}.12345` })),
      price(8, 1, 0, { UnitPrice: secret }),
      price(9, 2, 0),
    ],
    { from: 30 },
  )
  const rows = await reasons(shadow)
  assert.deepEqual(
    rows.map(({ object, sqlstate, refused_by, records }) => [object, sqlstate, refused_by, records]),
    [
      ["PricebookEntry", "22003", "UnitPrice", 7],
      ["PricebookEntry", "22P02", "UnitPrice", 1],
      ["PricebookEntry", "23503", "Product2Id", 1],
      ["Product2", "23502", "StockKeepingUnit", 1],
    ],
  )
  assert.deepEqual(rows[0]?.sample_ids, [1, 2, 3, 4, 5].map(priceId))
  assert.deepEqual(rows[3]?.sample_ids, [productId(2)])
  assert.equal(rows[3]?.reason, "required field StockKeepingUnit is empty")
  for (const { reason, what_to_do, oldest_since, latest_at } of rows) {
    assert.ok(what_to_do.length > 20 && oldest_since && latest_at)
    assert.doesNotMatch(`${reason} ${what_to_do}`, new RegExp(`${secret}|12345`), "a value is in the group")
  }
})

test("a SKU claimed by many is one reason, whatever the SKUs are", async () => {
  const shadow = await Shadow.open()
  const claims = (sku: string, numbers: number[]) =>
    numbers.map((n) => product(n, 0, { StockKeepingUnit: sku }))
  await shadow.read("Product2", [...claims("A", [1, 2, 3]), ...claims("B", [4, 5])], { from: 20 })
  const rows = await reasons(shadow)
  assert.deepEqual(
    rows.map(({ sqlstate, refused_by, records, reason }) => [sqlstate, refused_by, records, reason]),
    [["23505", "StockKeepingUnit", 3, "StockKeepingUnit is held by another record"]],
  )
})

test("a constraint that operators have added is named", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.pool.query(
    "alter table sf_product_shadow add constraint product_name_short check (length(name) < 40)",
  )
  await shadow.read("Product2", [product(1, 0), product(2, 0, { Name: "x".repeat(50) })], { from: 20 })
  const [row] = await reasons(shadow)
  assert.deepEqual([row?.sqlstate, row?.refused_by, row?.records], ["23514", "product_name_short", 1])
  assert.match(row?.reason ?? "", /product_name_short/)
})

test("a reject that comes back with another fault moves to that one", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0, { UnitPrice: null })], { from: 30 })
  await shadow.read("PricebookEntry", [price(1, 1, 40, { UnitPrice: "free" })], { from: 60 })
  const rows = await reasons(shadow)
  assert.deepEqual(
    rows.map(({ sqlstate, records }) => [sqlstate, records]),
    [["22P02", 1]],
  )
})
