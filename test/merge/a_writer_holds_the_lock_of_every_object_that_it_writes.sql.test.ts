import assert from "node:assert/strict"
import { test } from "node:test"
import { transaction } from "../../src/postgres/transaction.ts"
import { event, price, product, productId, type TestEvent } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"
import { changeSku, withSku } from "../harness/skus.ts"

/** The objects whose lock (docs/architecture.md) the transaction that applies the events holds at its end. */
async function locked(shadow: Shadow, ...events: TestEvent[]): Promise<string[]> {
  await shadow.publish(...events)
  return transaction(shadow.pool, async (client) => {
    await client.query("select from sf_shadow.events_to_shadow($1, 1000)", [shadow.streamId])
    const { rows } = await client.query<{ object: string }>(
      `select o.object from pg_locks l join sf_shadow.object o on o.object_id = l.objid::bigint
       where l.locktype = 'advisory' and l.classid = 21318 and l.pid = pg_backend_pid() and l.granted order by 1`,
    )
    return rows.map(({ object }) => object)
  })
}

async function loaded(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B")], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0), price(2, 2, 0)], { from: 20 })
  return shadow
}

test("an update of a product locks products alone", async () => {
  const shadow = await loaded()
  assert.deepEqual(await locked(shadow, event("Product2", "UPDATE", productId(1), 60, { Name: "x" })), [
    "Product2",
  ])
})

test("a delete of a product, which takes its prices along, locks both", async () => {
  const shadow = await loaded()
  assert.deepEqual(await locked(shadow, event("Product2", "DELETE", productId(1), 60)), [
    "PricebookEntry",
    "Product2",
  ])
})

test("a delete that is only told of, which puts the prices in doubt, locks both", async () => {
  const shadow = await loaded()
  assert.deepEqual(await locked(shadow, event("Product2", "GAP_DELETE", productId(1), 60)), [
    "PricebookEntry",
    "Product2",
  ])
})

test("a product whose row gives way, its prices with it, locks both", async () => {
  const shadow = await loaded()
  assert.deepEqual(await locked(shadow, changeSku(1, 60, null)), ["Product2"])
  assert.deepEqual(await locked(shadow, changeSku(2, 70, "A")), ["PricebookEntry", "Product2"])
})

test("a page of products waits for nobody who writes prices", async () => {
  const shadow = await loaded()
  await transaction(shadow.pool, async (client) => {
    await client.query("select sf_shadow._lock_objects(array['PricebookEntry'])")
    const counts = await shadow.read("Product2", [product(3, 60)], { from: 100 })
    assert.equal(counts.inserted, 1)
  })
})
