import assert from "node:assert/strict"
import { test } from "node:test"
import { account, accountId, at, price, priceId, product, productId } from "../harness/records.ts"
import { finishRun, mergePage, runThrough, startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const products = (...numbers: number[]) => numbers.map((n) => product(n, 0))

/** Marks records as in doubt, to be read again from a second on. */
function mark(shadow: Shadow, object: string, ids: string[], notBefore: number) {
  return shadow.pool.query(
    "select sf_shadow._mark_dirty($1, $2, array_fill($3::timestamptz, array[$5::int]), array_fill($4::timestamptz, array[$5::int]), array_fill('test'::text, array[$5::int]))",
    [object, ids, at(10), at(notBefore), ids.length],
  )
}

async function loaded(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products(1, 2, 3), { from: 20 })
  return shadow
}

test("a page settles the marks of its own records, and no others", async () => {
  const shadow = await loaded()
  await runThrough(shadow, "Account", "full", [account(1, 0)], { from: 20 })
  await mark(shadow, "Product2", [1, 2].map(productId), 50)
  await mark(shadow, "Account", [accountId(1)], 50)
  const runId = await startRun(shadow, "Product2", "delta", { from: 100, expected: 1 })
  await mergePage(shadow, runId, 1, products(1))
  await finishRun(shadow, runId)
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(2)], "a delta says nothing of the rest")
  assert.deepEqual(await shadow.dirtyIds("Account"), [accountId(1)])
})

test("a complete full load settles those of records that it has not seen as well", async () => {
  const shadow = await loaded()
  await mark(shadow, "Product2", [productId(9)], 50)
  await mark(shadow, "Account", [accountId(9)], 50)
  await runThrough(shadow, "Product2", "full", products(1, 2, 3), { from: 100 })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
  assert.deepEqual(await shadow.dirtyIds("Account"), [accountId(9)])
})

test("a record that a load has not seen, and whose parent is known, is read again: gone, it is that parent's child still", async () => {
  const shadow = await loaded()
  await runThrough(shadow, "PricebookEntry", "full", [price(1, 1, 0)], { from: 20 })
  await shadow.all(
    `select sf_shadow._mark_dirty('PricebookEntry', array[id], array[$2::timestamptz], array[$2::timestamptz], array['a test'],
       parent_ids => array[$3])
     from unnest($1::text[]) id`,
    [1, 9].map(priceId),
    at(50),
    productId(1),
  )
  await runThrough(shadow, "PricebookEntry", "full", [price(1, 1, 0)], { from: 100 })
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(9)])
})

test("an Id comparison settles none: it has not seen what the records hold", async () => {
  const shadow = await loaded()
  await mark(shadow, "Product2", [productId(1)], 50)
  await runThrough(shadow, "Product2", "ids", products(1, 2, 3), { from: 100 })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])
})

test("a mark whose time came after the load began to read stays, to the second", async () => {
  const shadow = await loaded()
  await mark(shadow, "Product2", [productId(1)], 100)
  await mark(shadow, "Product2", [productId(2)], 101)
  await runThrough(shadow, "Product2", "full", products(1, 2, 3), { from: 100 })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(2)])
})

test("a mark that is renewed after the load's job was created stays", async () => {
  const shadow = await loaded()
  await mark(shadow, "Product2", [1, 2].map(productId), 50)
  const runId = await startRun(shadow, "Product2", "full", { from: 100, expected: 3 })
  await mark(shadow, "Product2", [productId(1)], 50)
  await mergePage(shadow, runId, 1, products(1, 2, 3))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])
  await finishRun(shadow, runId)
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])
})

test("a page of one run settles nothing for another one that began later", async () => {
  const shadow = await loaded()
  const runId = await startRun(shadow, "Product2", "delta", { from: 100, expected: 1 })
  await mark(shadow, "Product2", [productId(1)], 150)
  await startRun(shadow, "Product2", "ids", { from: 200, expected: 3 })
  await mergePage(shadow, runId, 1, products(1))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])
})

test("the mark of a record that contests a SKU stays, on whichever page it comes", async () => {
  const shadow = await Shadow.open()
  await runThrough(
    shadow,
    "Product2",
    "full",
    [product(1, 0, { StockKeepingUnit: "A" }), product(2, 0, { StockKeepingUnit: "A" })],
    { from: 20 },
  )
  const claimant = (await shadow.rejects("Product2"))[0]?.record_id as string
  const holder = (await shadow.ids("Product2"))[0] as string
  const [{ doubts }] = (await shadow.all<{ doubts: number }>(
    "select sf_shadow.loadable_doubts('Product2') as doubts",
  )) as [{ doubts: number }]
  assert.equal(doubts, 1, "the claimant's is not settled by a load")
  await runThrough(
    shadow,
    "Product2",
    "full",
    [product(1, 0, { StockKeepingUnit: "A" }), product(2, 0, { StockKeepingUnit: "A" })],
    { from: 200 },
  )
  assert.deepEqual(await shadow.dirtyIds("Product2"), [claimant])
  assert.notEqual(holder, claimant)
})
