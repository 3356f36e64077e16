import assert from "node:assert/strict"
import { test } from "node:test"
import pg from "pg"
import { account, created, event, price, priceId, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

async function listening<T>(shadow: Shadow, work: () => Promise<T>): Promise<string[]> {
  const client = new pg.Client({ connectionString: shadow.url })
  await client.connect()
  try {
    const heard: string[] = []
    client.on("notification", ({ payload }) => heard.push(payload ?? ""))
    await client.query("listen sf_shadow_changed")
    await work()
    // A notification of an earlier commit arrives before the answer to a later query.
    await client.query("select 1")
    return heard
  } finally {
    await client.end()
  }
}

test("batches are numbered without gaps, also over a rollback, each object by itself", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.read("Account", [account(1, 0)], { from: 20 })
  await assert.rejects(
    shadow.read("Product2", [product(2, 0)], { from: 20, missing: "not an array" as unknown as string[] }),
  )
  const client = await shadow.pool.connect()
  await client.query("begin")
  await client.query("select sf_shadow._append_invalidation('Product2', '{x}', '{}', '{}')")
  await client.query("rollback")
  client.release()
  for (const n of [3, 4]) await shadow.read("Product2", [product(n, 0)], { from: 20 })
  assert.deepEqual(
    (await shadow.invalidations("Product2")).map(({ seq }) => seq),
    [1, 2, 3],
  )
  assert.deepEqual(
    (await shadow.invalidations("Account")).map(({ seq }) => seq),
    [1],
  )
})

test("one batch is one row and one notification that carries the ids", async () => {
  const shadow = await Shadow.open()
  const heard = await listening(shadow, () =>
    shadow.read("Product2", [product(1, 0), product(2, 0)], { from: 20 }),
  )
  assert.equal(heard.length, 1)
  assert.deepEqual(JSON.parse(heard[0] ?? ""), {
    object: "Product2",
    seq: 1,
    ids: [productId(1), productId(2)],
  })
  assert.equal((await shadow.invalidations("Product2")).length, 1)
})

test("what changes nothing writes no row and notifies nobody", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  const heard = await listening(shadow, async () => {
    await shadow.read("Product2", [product(1, 0)], { from: 100 })
    await shadow.read("Product2", [], { from: 100, missing: [productId(7)] })
    await shadow.apply(event("Product2", "UPDATE", productId(1), 120, { Name: "Product 1" }))
    await shadow.apply(event("Product2", "DELETE", productId(8), 120))
    await shadow.read("Product2", [product(9, 0, { StockKeepingUnit: null })], { from: 150 })
  })
  assert.deepEqual(heard, [])
  assert.equal((await shadow.invalidations("Product2")).length, 1)
})

test("a formula's new value, which only a read can tell, is a change that readers see", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.read("Product2", [product(1, 0, { Label__c: "computed" })], { from: 25 })
  await shadow.read("Product2", [product(1, 0, { Label__c: "computed anew" })], { from: 100 })
  assert.equal((await shadow.row("Product2", productId(1)))?.raw_payload.Label__c, "computed anew")
  assert.equal((await shadow.invalidations("Product2")).length, 3)
})

test("a new SKU lists the old one too", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(event("Product2", "UPDATE", productId(1), 60, { StockKeepingUnit: "SKU-new" }))
  const last = (await shadow.invalidations("Product2")).at(-1)
  assert.deepEqual(last?.record_ids, [productId(1)])
  assert.deepEqual([...(last?.unique_values ?? [])].sort(), ["SKU-1", "SKU-new"])
})

test("a deleted product lists its SKU", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(event("Product2", "DELETE", productId(1), 60))
  assert.deepEqual((await shadow.invalidations("Product2")).at(-1)?.unique_values, ["SKU-1"])
})

test("a price that moves lists both products and their SKUs", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(created("Product2", product(1, 0), 10), created("Product2", product(2, 0), 10))
  await shadow.apply(created("PricebookEntry", price(1, 1, 0), 11))
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 12, { Product2Id: productId(2) }))
  const [first, second] = await shadow.invalidations("PricebookEntry")
  assert.deepEqual([first?.parent_ids, first?.unique_values], [[productId(1)], ["SKU-1"]])
  assert.deepEqual([...(second?.parent_ids ?? [])].sort(), [productId(1), productId(2)])
  assert.deepEqual([...(second?.unique_values ?? [])].sort(), ["SKU-1", "SKU-2"])
})

test("above 300 records the notification leaves the ids to the table, above 5,000 the table says everything", async () => {
  const shadow = await Shadow.open()
  const products = (from: number, size: number) =>
    Array.from({ length: size }, (_, i) => product(from + i, 0))
  const heard = await listening(shadow, async () => {
    await shadow.read("Product2", products(1, 300), { from: 20 })
    await shadow.read("Product2", products(1_000, 301), { from: 20 })
    await shadow.read("Product2", products(10_000, 5_001), { from: 20 })
  })
  assert.deepEqual(
    heard.map((payload) => JSON.parse(payload).ids?.length ?? null),
    [300, null, null],
  )
  for (const payload of heard) assert.ok(Buffer.byteLength(payload) < 8_000)
  const rows = await shadow.invalidations("Product2")
  assert.deepEqual(
    rows.map(({ record_ids }) => record_ids?.length ?? null),
    [300, 301, null],
  )
  assert.equal(rows[2]?.unique_values, null)
})
