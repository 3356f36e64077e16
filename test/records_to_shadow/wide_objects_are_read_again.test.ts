import assert from "node:assert/strict"
import { test } from "node:test"
import { endsWith, pastMargin } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"

test("an object of 1,500 fields with one of its parent is loaded, and read again by Id", async (t) => {
  const names = Array.from({ length: 1_500 }, (_, at) => `Field_${at}_${"w".repeat(25)}__c`)
  const { org, environment } = await startOrg(t, {
    visibilityLagMs: [0, 0],
    products: 8,
    textFields: { PricebookEntry: names },
  })
  const { url, pool } = await createTestDatabase(t)
  await pool.query(`
    alter table public.sf_pricebook_shadow add column product_code text;
    insert into sf_shadow.field (object, field, column_name) values ('PricebookEntry', 'Product2.ProductCode', 'product_code')`)
  const [entry] = [...org.rows("PricebookEntry")] as [Record<string, unknown>]
  const last = names.at(-1) as string
  org.transaction((tx) => tx.update("PricebookEntry", `${entry.Id}`, { [last]: "the last field" }))
  const variables = environment(url)
  await endsWith(0, ["backfill", "Product2", "PricebookEntry"], variables)
  // What verify finds wrong it has read by Id, and repairs.
  await pool.query(
    "update sf_pricebook_shadow set raw_payload = raw_payload || jsonb_build_object($2::text, 'wrong'), product_code = 'wrong' where pricebook_entry_id = $1",
    [entry.Id, last],
  )
  await pastMargin(pool, org)
  await endsWith(0, ["verify", "PricebookEntry"], variables)
  const { rows } = await pool.query(
    "select raw_payload ->> $2 as last, product_code from sf_pricebook_shadow where pricebook_entry_id = $1",
    [entry.Id, last],
  )
  const product = org.read("Product2", `${entry.Product2Id}`)
  assert.deepEqual(rows, [{ last: "the last field", product_code: product?.ProductCode }])
})
