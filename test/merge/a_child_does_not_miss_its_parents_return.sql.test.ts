import assert from "node:assert/strict"
import { test } from "node:test"
import { transaction } from "../../src/postgres/transaction.ts"
import { created, event, price, priceId, product, productId } from "../harness/records.ts"
import { runThrough } from "../harness/runs.ts"
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

/** The re-read does not find the price, which went with its product; the product is restored, and its price untold. */
async function goAndReturn(shadow: Shadow): Promise<void> {
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
  await shadow.read("PricebookEntry", [], { from: 400, missing: [priceId(1)] })
  await shadow.clearMarks("PricebookEntry")
  await shadow.apply(event("Product2", "UNDELETE", productId(1), 500, product(1, 500)))
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
}

test("a price whose creation is told after its product's delete is read again when the product is back", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(event("Product2", "DELETE", productId(1), 300, {}))
  await shadow.apply(created("PricebookEntry", price(1, 1, 200), 200))
  await goAndReturn(shadow)
})

test("so is one that was told before its product, of which nothing was known", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(created("PricebookEntry", price(1, 1, 200), 200))
  await goAndReturn(shadow)
})

test("a mark that says nothing of a parent leaves the one that an earlier one told", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(created("PricebookEntry", price(1, 1, 200), 200))
  await shadow.apply(event("PricebookEntry", "GAP_UPDATE", priceId(1), 210, {}))
  await goAndReturn(shadow)
})

test("a full load that does not see such a price leaves its doubt to the re-read", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(created("PricebookEntry", price(1, 1, 200), 200))
  await runThrough(shadow, "PricebookEntry", "full", [], { from: 400 })
  await goAndReturn(shadow)
})
