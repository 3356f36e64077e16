import assert from "node:assert/strict"
import { test } from "node:test"
import { transaction } from "../../src/postgres/transaction.ts"
import { price, priceId, product } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"
import { waitFor } from "../harness/wait.ts"

test("a price is set aside for its rejected product while that is stored: it is read again", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0, { StockKeepingUnit: null })], { from: 20 })
  let isOver = false
  const storing = await transaction(shadow.pool, async (client) => {
    await shadow.openPage("PricebookEntry", [price(1, 1, 0)], client)
    await client.query("select sf_shadow.merge_records('PricebookEntry', $1)", [
      await shadow.readId("PricebookEntry", { from: 90 }, client),
    ])
    const merged = shadow.read("Product2", [product(1, 80)], { from: 100 }).finally(() => {
      isOver = true
    })
    await waitFor("the product is stored, or its merge waits", 10_000, async () => {
      const { rows } = await client.query<{ waits: boolean }>(
        "select exists (select from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))) as waits",
      )
      return isOver || rows[0]?.waits
    })
    // Not awaited here: it may wait for this transaction.
    return { merged }
  })
  assert.equal((await storing.merged).inserted, 1)
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
})
