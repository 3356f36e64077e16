import assert from "node:assert/strict"
import { test } from "node:test"
import { startReading } from "./reading.ts"

const { pool, org, seeded, reader, claim } = await startReading()
await claim(5)
const alone = reader({ salesforce: undefined })
const [product, other] = [...org.rows("Product2")].map(({ Id }) => Id as string) as [string, string]
const [entry] = [...org.rows("PricebookEntry")]
  .filter(({ Product2Id }) => Product2Id === product)
  .map(({ Id }) => Id as string) as [string]

const doubt = (object: string, id: string) =>
  pool.query(
    "select sf_shadow._mark_dirty($1, array[$2], array[now() - interval '1 hour'], array[now()], array['in doubt'])",
    [object, id],
  )
const settle = () => pool.query("delete from sf_shadow.dirty")

test("a price that is in doubt and not shown leaves the product's answer without a claim, and no other's", async () => {
  assert.ok(seeded.entries.length > 0)
  assert.equal((await alone.product(product)).stale, false)
  await pool.query("update sf_pricebook_shadow set is_active = false where pricebook_entry_id = $1", [entry])
  await doubt("PricebookEntry", entry)
  const answer = await alone.product(product)
  assert.deepEqual([answer.freshAsOf, answer.stale], [null, true])
  assert.match(answer.reason ?? "", new RegExp(`PricebookEntry ${entry} is in doubt`))
  assert.equal((await alone.product(other)).stale, false)
  await settle()
  assert.equal((await alone.product(product)).stale, false)
})

test("a price of which nothing is known yet may be any product's", async () => {
  await doubt("PricebookEntry", "01u000000000099AAA")
  assert.equal((await alone.product(other)).freshAsOf, null)
  await settle()
})

test("a price that cannot be stored is missing in its product's answer only", async () => {
  await pool.query(
    `insert into sf_shadow.reject (object, record_id, since, known_until, sqlstate, reason, payload, parent_id)
     values ('PricebookEntry', '01u000000000098AAA', now(), now(), '23502', 'no price', '{}', $1)`,
    [product],
  )
  assert.equal((await alone.product(product)).freshAsOf, null)
  assert.equal((await alone.product(other)).stale, false)
  await pool.query("delete from sf_shadow.reject")
})

test("a SKU that no row has is not said to be unknown while a product that may have it is in doubt", async () => {
  const known = await alone.productBySku("SKU-NOWHERE")
  assert.deepEqual([known.value, known.stale], [null, false])
  await doubt("Product2", other)
  const doubted = await alone.productBySku("SKU-NOWHERE")
  assert.deepEqual([doubted.value, doubted.freshAsOf, doubted.stale], [null, null, true])
  await settle()
})
