import assert from "node:assert/strict"
import { test } from "node:test"
import { created, price, priceId, product } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"
import { waitFor } from "../harness/wait.ts"

test("a fold of products that children wait for and a fold of their prices do not deadlock", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(9, 0)], { from: 100 })
  await shadow.read("PricebookEntry", [price(9, 9, 0)], { from: 100 })
  // Prices come on a stream of their own.
  const prices = await shadow.openStream("/data/PricebookEntryChangeEvent", ["PricebookEntry"])
  // 600 products, each with a price that waits for it: the fold that brings them takes long enough to be met.
  const numbers = Array.from({ length: 600 }, (_, i) => i + 20)
  const products = shadow.use(prices)
  await shadow.apply(...numbers.map((n) => created("PricebookEntry", price(n, n, 1000), 1000)))
  shadow.use(products)
  await shadow.publish(...numbers.map((n) => created("Product2", product(n, 1000), 1000)))
  shadow.use(prices)
  await shadow.publish(...numbers.map((n) => created("PricebookEntry", price(n + 5000, n, 1000), 1000)))

  // The fold of prices has its lock; then that of products begins, and waits; then the prices go on.
  const [a, b] = [await shadow.pool.connect(), await shadow.pool.connect()]
  const results: string[] = []
  const refused = async (client: typeof a, { message }: Error) => {
    results.push(message)
    await client.query("rollback")
  }
  try {
    await a.query("begin")
    // What the fold of prices does first.
    await a.query("select sf_shadow._lock_objects(array['PricebookEntry'])")
    await b.query("begin")
    const folding = b
      .query("select * from sf_shadow.events_to_shadow($1, 2000)", [products.streamId])
      .then(() => b.query("commit"))
      .catch((error: Error) => refused(b, error))
    await waitFor("the fold of products waits", 30_000, () => isWaiting(shadow))
    await a
      .query("select * from sf_shadow.events_to_shadow($1, 2000)", [prices.streamId])
      .then(() => a.query("commit"))
      .catch((error: Error) => refused(a, error))
    await folding
  } finally {
    a.release()
    b.release()
  }
  assert.deepEqual(results, [])
})

test("a product that is folded while the fold of its price is under way brings the price, and nothing is read again", async () => {
  const shadow = await Shadow.open()
  const prices = await shadow.openStream("/data/PricebookEntryChangeEvent", ["PricebookEntry"])
  const products = shadow.use(prices)
  await shadow.publish(created("PricebookEntry", price(1, 1, 1000), 1000))
  shadow.use(products)
  await shadow.publish(created("Product2", product(1, 1000), 1000))
  const slow = await shadow.pool.connect()
  try {
    await slow.query("begin")
    await slow.query("select * from sf_shadow.events_to_shadow($1, 100)", [prices.streamId])
    const folding = shadow.fold()
    await Promise.race([folding, waitFor("the fold of the product waits", 30_000, () => isWaiting(shadow))])
    await slow.query("commit")
    await folding
  } finally {
    slow.release()
  }
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(1)])
  assert.deepEqual([await shadow.dirtyIds("Product2"), await shadow.dirtyIds("PricebookEntry")], [[], []])
})

/** Whether somebody waits for the lock of an object (rule 3). */
async function isWaiting(shadow: Shadow): Promise<boolean> {
  const waits = await shadow.all(
    "select from pg_locks where locktype = 'advisory' and classid = 21318 and not granted",
  )
  return waits.length > 0
}
