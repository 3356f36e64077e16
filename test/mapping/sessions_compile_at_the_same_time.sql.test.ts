import assert from "node:assert/strict"
import { test } from "node:test"
import { created, event, price, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"
import { waitFor } from "../harness/wait.ts"

test("folds of products and of prices that compile both at once end without a deadlock", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.read("Product2", [product(1, 0), product(2, 0)], { from: 100 })
  await shadow.read("PricebookEntry", [price(1, 1, 0)], { from: 100 })
  const prices = await shadow.openStream("/data/PricebookEntryChangeEvent", ["PricebookEntry"])
  await shadow.publish(event("Product2", "DELETE", productId(1), 2000))
  const products = shadow.use(prices)
  await shadow.publish(created("PricebookEntry", price(2, 2, 2000), 2000))
  // As a deploy does: what is compiled is of another revision.
  await shadow.all("update sf_shadow.object_mapping set compiled_from = 'of another revision'")
  const [a, b] = [await shadow.pool.connect(), await shadow.pool.connect()]
  const failed: string[] = []
  let isFolded = false
  const refused = async (client: typeof a, { message }: Error) => {
    failed.push(message)
    await client.query("rollback")
  }
  // Product2's mapping is compiled, the fold of products is about to remove children; the fold of prices has compiled its own.
  await a.query("begin")
  await b.query("begin")
  await a.query("select sf_shadow._lock_objects(array['Product2'])")
  await a.query("select sf_shadow._mapping('Product2')")
  const pricesFolded = b
    .query("select * from sf_shadow.events_to_shadow($1, 100)", [prices.streamId])
    .then(() => b.query("commit"))
    .catch((error: Error) => refused(b, error))
    .finally(() => {
      isFolded = true
    })
  await waitFor("the fold of prices is done, or waits", 30_000, async () => {
    const waits = await shadow.all(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    )
    return isFolded || waits.length > 0
  })
  await a
    .query("select * from sf_shadow.events_to_shadow($1, 100)", [products.streamId])
    .then(() => a.query("commit"))
    .catch((error: Error) => refused(a, error))
  await pricesFolded
  a.release()
  b.release()
  assert.deepEqual(failed, [])
})

test("sessions that compile one object at the same time do not refuse each other", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.read("Product2", [product(1, 0)], { from: 100 })
  const clients = await Promise.all([0, 1, 2, 3].map(() => shadow.pool.connect()))
  const failed: string[] = []
  for (let i = 0; i < 15; i++) {
    await shadow.all(
      "update sf_shadow.object set keep = case keep when 'all' then 'mapped' else 'all' end where object = 'Product2'",
    )
    await Promise.all(
      clients.map((c) =>
        c.query("select sf_shadow._mapping('Product2')").catch((e: Error) => failed.push(e.message)),
      ),
    )
  }
  for (const c of clients) c.release()
  assert.deepEqual(failed, [])
})
