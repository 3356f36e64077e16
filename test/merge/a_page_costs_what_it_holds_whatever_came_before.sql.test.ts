import assert from "node:assert/strict"
import { test } from "node:test"
import { price, product } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

test("a page of prices of 8,000 products costs the same once the session keeps its plans", async () => {
  const shadow = await Shadow.open()
  const numbers = Array.from({ length: 8_000 }, (_, i) => i)
  await shadow.read(
    "Product2",
    numbers.map((n) => product(n, 0)),
    { from: 100 },
  )
  const client = await shadow.pool.connect()
  const page = async (first: number) => {
    await client.query("begin")
    const records = numbers.map((n) => price(first + n, n, 0))
    await shadow.openPage("PricebookEntry", records, client)
    const readId = await shadow.readId("PricebookEntry", { from: 100 }, client)
    const beganAt = performance.now()
    await client.query("select sf_shadow.merge_records('PricebookEntry', $1)", [readId])
    await client.query("commit")
    return performance.now() - beganAt
  }
  try {
    const first = await page(0)
    // What a session comes to by itself after five pages.
    await client.query("set plan_cache_mode = force_generic_plan")
    const kept = await page(10_000)
    assert.ok(kept < 3 * first, `${Math.round(first)} ms, and with kept plans ${Math.round(kept)} ms`)
  } finally {
    client.release(true)
  }
})
