import assert from "node:assert/strict"
import { test } from "node:test"
import { product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"
import { allowedTypes } from "./column_values.ts"

const refused = [
  "numeric (12,2)",
  "numeric(12, 2)",
  "dec(12,2)",
  "decimal(12,2)",
  "numeric(12)",
  "numeric(5,-2)",
  "int",
  "bool",
  "real",
  "float8",
  "character(5)",
  "varchar(5)",
  "character varying",
  "character varying(0)",
  "timestamptz",
  "money",
  "timestamp without time zone",
  "timestamp(3) with time zone",
  "time with time zone",
  "jsonb",
  "uuid",
  "text[]",
  "TEXT",
]

const withType = (shadow: Shadow, type: string) =>
  shadow.pool.query("update sf_shadow.field set column_type = $1 where column_name = 'item_class'", [type])

test("the mapping takes types that keep every value, as Postgres spells them, and says which these are", async () => {
  const shadow = await Shadow.openAnother()
  for (const type of Object.keys(allowedTypes)) {
    await withType(shadow, type)
    await shadow.pool.query(`create table public.spelled (value ${type})`)
    const [spelled] = await shadow.all(
      "select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 'public.spelled'::regclass and attnum = 1",
    )
    await shadow.pool.query("drop table public.spelled")
    assert.deepEqual(spelled, { type })
  }
  for (const type of refused) {
    await assert.rejects(withType(shadow, type), (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, "23514", type)
      assert.match(
        error.message,
        /^column_type .* cannot hold every value as Salesforce has it, or is not spelled/,
      )
      assert.match(error.hint ?? "", /^Use text, character varying\(n\), .* numeric\(p,s\)/)
      return true
    })
  }
})

test("a default value that is not of its column's type is refused at once, not with each record", async () => {
  const shadow = await Shadow.openAnother()
  await assert.rejects(
    shadow.pool.query("update sf_shadow.field set default_value = 'free' where column_name = 'unit_price'"),
    { code: "23514", constraint: "field_default_value_valid" },
  )
})

test("what a table's own column would lose is refused, whatever type the mapping has for it", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.pool.query("alter table sf_product_shadow add weight numeric(6,1)")
  await shadow.pool.query(
    "insert into sf_shadow.field (object, field, column_name, column_type) values ('Product2', 'Weight__c', 'weight', 'numeric(6,2)')",
  )
  await shadow.read("Product2", [product(1, 0, { Weight__c: 9.99 }), product(2, 0, { Weight__c: 9.9 })], {
    from: 20,
  })
  assert.deepEqual(await shadow.ids("Product2"), [productId(2)])
  const [reject] = await shadow.rejects("Product2")
  assert.equal(reject?.reason, "Weight__c is 9.99, which does not fit weight of type numeric(6,1)")

  await shadow.pool.query("alter table sf_product_shadow alter weight type numeric(8,3)")
  await shadow.read("Product2", [product(1, 0, { Weight__c: 9.999 })], { from: 80 })
  assert.equal((await shadow.row("Product2", productId(1)))?.weight, "9.999")
  assert.deepEqual(await shadow.rejects("Product2"), [])
})

test("a default value fills a column of any type, however it is spelled, and is no drift", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.pool.query("alter table sf_product_shadow add weight numeric(6,2)")
  await shadow.pool.query(
    "insert into sf_shadow.field (object, field, column_name, column_type, default_value) values ('Product2', 'Weight__c', 'weight', 'numeric(6,2)', '01.0')",
  )
  const records = [product(1, 0, { Weight__c: null }), product(2, 0, { Weight__c: 9.9 })]
  for (const from of [20, 80]) {
    const counts = await shadow.read("Product2", records, { from })
    assert.deepEqual([counts.rejected, counts.updated], [0, 0])
    const rows = await shadow.all("select weight from sf_product_shadow order by product_id")
    assert.deepEqual(rows, [{ weight: "1.00" }, { weight: "9.90" }])
  }
})
