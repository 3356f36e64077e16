import assert from "node:assert/strict"
import { test } from "node:test"
import { price, priceId, product, productId, type SalesforceRecord } from "../records.ts"
import { rereadAll } from "../rereads.ts"
import { finishRun, mergePage, startRun } from "../runs.ts"
import { Shadow } from "../shadow.ts"
import { changeSku, rejected, skus, withSku } from "../skus.ts"

const prices = [1, 2, 3].map((n) => price(n, n, 0))
const rotated: SalesforceRecord[] = [
  withSku(1, 100, "B"),
  withSku(2, 110, "C"),
  withSku(3, 120, "A"),
  ...prices,
]
/** The products of `rotated`, by place. */
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [2, 1, 0],
]

async function beforeRotation(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B"), withSku(3, 0, "C")], { from: 20 })
  await shadow.read("PricebookEntry", prices, { from: 20 })
  return shadow
}

async function assertRotated(shadow: Shadow): Promise<void> {
  assert.deepEqual(await skus(shadow), { 1: "B", 2: "C", 3: "A" })
  assert.deepEqual(await shadow.ids("PricebookEntry"), [1, 2, 3].map(priceId))
  for (const object of ["Product2", "PricebookEntry"] as const) {
    assert.deepEqual([await shadow.rejects(object), await shadow.dirty(object)], [[], []])
    assert.equal((await shadow.state(object)).row_count, 3)
  }
}

/**
 * Of no SKU a product that is known to have another one now, unless it is listed, and so reads as stale; after
 * re-reads not even that.
 */
async function assertNoneIsWrong(shadow: Shadow, told: readonly number[], isReread: boolean): Promise<void> {
  const held = await skus(shadow)
  const listed = isReread ? [] : (await rejected(shadow)).map(([n]) => n)
  for (const place of told) {
    const holder = [1, 2, 3].find((n) => held[n] === rotated[place]?.StockKeepingUnit)
    const isWrong = holder !== undefined && holder !== place + 1 && told.includes(holder - 1)
    assert.ok(!isWrong || listed.includes(holder), `the SKU of ${place + 1} is ${holder}'s`)
  }
}

for (const order of orders) {
  const named = order.map((place) => place + 1).join(", ")

  test(`by an event each, told of ${named}, and the re-reads that follow`, async () => {
    const shadow = await beforeRotation()
    for (const [count, place] of order.entries()) {
      const { StockKeepingUnit: sku } = rotated[place] as SalesforceRecord
      await shadow.apply(changeSku(place + 1, 100 + 10 * place, sku as string))
      await assertNoneIsWrong(shadow, order.slice(0, count + 1), false)
    }
    assert.ok((await rereadAll(shadow, rotated, 200)) <= 4)
    await assertRotated(shadow)
  })

  test(`by an event each, told of ${named}, with re-reads between them`, async () => {
    const shadow = await beforeRotation()
    const org = [withSku(1, 0, "A"), withSku(2, 0, "B"), withSku(3, 0, "C"), ...prices]
    for (const [count, place] of order.entries()) {
      const commit = 100 + 1_000 * count
      const { StockKeepingUnit: sku } = rotated[place] as SalesforceRecord
      org[place] = withSku(place + 1, commit, sku as string)
      await shadow.apply(changeSku(place + 1, commit, sku as string))
      assert.ok((await rereadAll(shadow, org, commit + 100)) <= 4)
      await assertNoneIsWrong(shadow, order.slice(0, count + 1), true)
    }
    await assertRotated(shadow)
  })

  test(`by rejects that are tried again, where each was refused as ${named} came`, async () => {
    const shadow = await beforeRotation()
    for (const place of order) {
      // Each loses its SKU first, as if somebody would make way by hand.
      await shadow.read("Product2", [product(place + 1, 50, { StockKeepingUnit: null })], { from: 70 })
    }
    await shadow.read("Product2", [withSku(4, 80, "A"), withSku(5, 80, "B"), withSku(6, 80, "C")], {
      from: 100,
    })
    assert.deepEqual(await skus(shadow), { 4: "A", 5: "B", 6: "C" })
    // The three that were in between are deleted, untold; nobody is in doubt.
    await shadow.read("Product2", [], {
      from: 200,
      missing: [4, 5, 6].map(productId),
    })
    await shadow.clearMarks("Product2")
    await shadow.all("select sf_shadow.retry_rejects()")
    await shadow.all("update sf_shadow.dirty set not_before = '-infinity'")
    assert.ok((await rereadAll(shadow, rotated, 300)) <= 3)
    await assertRotated(shadow)
  })

  test(`by a full load with a page each, in the order ${named}`, async () => {
    const shadow = await beforeRotation()
    const runId = await startRun(shadow, "Product2", "full", { from: 200, expected: 3 })
    for (const [count, place] of order.entries()) {
      const page = [rotated[place] as SalesforceRecord]
      await mergePage(shadow, runId, count + 1, page, count < 2 ? `page ${count + 2}` : null)
    }
    await finishRun(shadow, runId, 3)
    assert.ok((await rereadAll(shadow, rotated, 300)) <= 4)
    await assertRotated(shadow)
  })
}

test("rejects that keep each other's SKU from before are tried again and stored", async () => {
  const shadow = await beforeRotation()
  await shadow.apply(changeSku(1, 100, "B"), changeSku(2, 110, "C"))
  assert.deepEqual(await rejected(shadow), [[2, "23505"]])
  await shadow.clearMarks("Product2")
  await shadow.all("select sf_shadow.retry_rejects('Product2')")
  await shadow.all("update sf_shadow.dirty set not_before = '-infinity'")
  // What happened to the third was not told.
  assert.ok((await rereadAll(shadow, rotated, 300)) <= 2)
  await assertRotated(shadow)
})
