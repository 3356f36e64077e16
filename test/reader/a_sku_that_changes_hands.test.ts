import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import type { Reader } from "../../src/reader/index.ts"
import { type ObjectName, startReading } from "./reading.ts"

const reading = await startReading()
const { org, seeded, pool } = reading
const [first, second] = seeded.products as [string, string]
const catalogue: ObjectName[] = ["Product2", "PricebookEntry"]
const skus: Record<string, string> = { [first]: "SKU of the first", [second]: "SKU of the second" }
const shadowOnly = { salesforce: undefined }

/** The org commits, and the shadow hears of the products. */
async function change(changes: Record<string, string | null>): Promise<void> {
  org.transaction((tx) => {
    for (const [id, StockKeepingUnit] of Object.entries(changes))
      tx.update("Product2", id, { StockKeepingUnit })
  })
  await reading.load("Product2")
  for (const object of catalogue) await reading.age(object, 3600)
}

beforeEach(async () => {
  org.transaction((tx) => {
    for (const id of [first, second]) tx.update("Product2", id, { IsActive: true, StockKeepingUnit: null })
  })
  await change(skus)
  for (const object of catalogue) await reading.load(object)
  await reading.claim(60)
})

/** Whose product a SKU is, and whose price, for each that has an active one. */
async function whose(reader: Reader, sku: string) {
  const read = await reader.productBySku(sku)
  const { rows } = await pool.query("select distinct product_id from sf_catalog where sku = $1", [sku])
  const priced = await pool.query(
    "select distinct p.product_id from sf_catalog c, sf_price(c.sku, c.pricebook_id, c.currency_iso_code) p where c.sku = $1",
    [sku],
  )
  assert.deepEqual(priced.rows, rows)
  assert.deepEqual(
    rows.map(({ product_id }) => product_id),
    read.value ? [read.value.productId] : [],
    "the views say the same",
  )
  return [read.value?.productId ?? null, read.stale, read.reason] as const
}

test("a SKU that nobody has any more is still the one's who had it, and stale", async () => {
  const reader = reading.reader(shadowOnly)
  await change({ [first]: null })
  const reason = `Product2 ${first} is in doubt or cannot be stored`
  const [id, isStale, said] = await whose(reader, skus[first] as string)
  assert.deepEqual([id, isStale], [first, true])
  assert.ok(said?.includes(reason), said ?? "")
  const live = await reading.reader().productBySku(skus[first] as string)
  assert.deepEqual(
    [live.value, live.source],
    [null, "salesforce"],
    "Salesforce knows better, where it is asked",
  )
})

test("a SKU is the one's who has it now, and the one who had it is not there", async () => {
  const reader = reading.reader(shadowOnly)
  await change({ [first]: null })
  await change({ [second]: skus[first] as string })
  assert.equal((await whose(reader, skus[first] as string))[0], second)
  const lost = await reader.product(first)
  assert.deepEqual([lost.value, lost.stale], [null, true])
  assert.equal(lost.reason, `Product2 ${first} is in doubt or cannot be stored`)
  assert.equal((await whose(reader, skus[second] as string))[0], null)

  await change({ [first]: "another SKU" })
  await reading.load("PricebookEntry")
  assert.equal((await whose(reader, "another SKU"))[0], first)
  assert.ok(((await reader.product(first)).value?.prices.length ?? 0) > 0, "its prices are back")
})

test("a SKU that only rejects claim is not said to be nobody's", async () => {
  const reader = reading.reader(shadowOnly)
  await change({ [first]: skus[second] as string })
  assert.equal((await whose(reader, skus[second] as string))[0], second, "the holder keeps it")
  // The first has given its own up, the second takes it: the first is to be read again.
  const before = await pool.query("select from sf_shadow.reject where claimed_value = $1", [skus[second]])
  assert.equal(before.rows.length, 1)
  org.transaction((tx) => tx.update("Product2", second, { StockKeepingUnit: skus[first] as string }))
  await reading.load("Product2", [second])
  const [id, isStale, reason] = await whose(reader, skus[second] as string)
  assert.deepEqual([id, isStale], [null, true])
  assert.ok(reason?.includes(`Product2 ${first} is in doubt or cannot be stored`), reason ?? "")
  assert.equal((await whose(reader, skus[first] as string))[0], second)
  await reading.load("Product2")
  await reading.load("PricebookEntry")
  assert.equal((await whose(reader, skus[second] as string))[0], first)
})
