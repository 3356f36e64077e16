import assert from "node:assert/strict"
import { test } from "node:test"
import { created, event, price, priceId, product, productId } from "../harness/records.ts"
import { finishRun, mergePage, startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"
import { changeSku, rejected, skus, withSku } from "../harness/skus.ts"

test("the holder keeps a SKU that another product claims; both are read again, once", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A")], { from: 20 })
  const counts = await shadow.read("Product2", [withSku(2, 50, "A")], { from: 100 })
  assert.equal(counts.rejected, 1)
  assert.deepEqual(await skus(shadow), { 1: "A" })
  assert.deepEqual(await rejected(shadow), [[2, "23505"]])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1), productId(2)])

  await shadow.clearMarks("Product2")
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 50, "A")], { from: 150 })
  assert.deepEqual(
    await shadow.dirtyIds("Product2"),
    [],
    "the org says so: nothing is gained by asking again",
  )
  assert.deepEqual(await rejected(shadow), [[2, "23505"]])
})

test("of two new products with one SKU in a page, one is stored and the other is a reject", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(2, 0, "A"), withSku(1, 0, "A"), withSku(3, 0, "C")], { from: 20 })
  assert.deepEqual(await skus(shadow), { 1: "A", 3: "C" })
  assert.deepEqual(await rejected(shadow), [[2, "23505"]])
})

test("two products that swap their SKUs in one page are no contest", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B")], { from: 20 })
  await shadow.read("Product2", [withSku(1, 50, "B"), withSku(2, 50, "A")], { from: 100 })
  assert.deepEqual(await skus(shadow), { 1: "B", 2: "A" })
  assert.deepEqual(await rejected(shadow), [])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})

test("products that swap their SKUs in one page, or one batch of events, keep their prices", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B")], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0), price(2, 2, 0)], { from: 20 })
  const told = await shadow.invalidations("PricebookEntry")
  const counts = await shadow.read("Product2", [withSku(1, 50, "B"), withSku(2, 50, "A")], { from: 100 })
  assert.deepEqual([counts.updated, counts.deleted], [2, 0])
  await shadow.apply(changeSku(1, 120, "A"), changeSku(2, 120, "B"))
  assert.deepEqual(await shadow.ids("PricebookEntry"), [1, 2].map(priceId))
  assert.deepEqual(await shadow.rejects("PricebookEntry"), [])
  assert.deepEqual(await shadow.invalidations("PricebookEntry"), told)
})

test("two products that swap their SKUs in one batch of events are no contest", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B")], { from: 20 })
  await shadow.apply(changeSku(1, 60, "B"), changeSku(2, 60, "A"))
  assert.deepEqual(await skus(shadow), { 1: "B", 2: "A" })
  assert.deepEqual(await rejected(shadow), [])
})

test("a SKU that goes round three products is no contest", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B"), withSku(3, 0, "C")], { from: 20 })
  await shadow.read("Product2", [withSku(1, 50, "B"), withSku(2, 50, "C"), withSku(3, 50, "A")], {
    from: 100,
  })
  assert.deepEqual(await skus(shadow), { 1: "B", 2: "C", 3: "A" })
})

test("a SKU that is handed on, its old holder deleted in the same batch, is no contest", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A")], { from: 20 })
  await shadow.apply(
    event("Product2", "DELETE", productId(1), 60),
    created("Product2", withSku(2, 60, "A"), 60),
  )
  assert.deepEqual(await skus(shadow), { 2: "A" })
  assert.deepEqual(await rejected(shadow), [])
})

test("who loses in a chain gives its old SKU up to those who waited for it", async () => {
  const shadow = await Shadow.open()
  await shadow.read(
    "Product2",
    [1, 2, 3, 9].map((n) => withSku(n, 0, `S${n}`)),
    { from: 20 },
  )
  // 1 wants the SKU of 9, who keeps it; 2 wants that of 1, and 3 that of 2.
  await shadow.read("Product2", [withSku(1, 50, "S9"), withSku(2, 50, "S1"), withSku(3, 50, "S2")], {
    from: 100,
  })
  assert.deepEqual(await skus(shadow), { 2: "S1", 3: "S2", 9: "S9" })
  assert.deepEqual(await rejected(shadow), [[1, "23505"]])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [1, 9].map(productId))
})

test("who cannot be stored for another reason gives its old SKU up, if it claims another one", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B"), withSku(3, 0, "C")], { from: 20 })
  const nameless = (n: number, sku: string) => product(n, 50, { StockKeepingUnit: sku, Name: null })
  await shadow.read("Product2", [nameless(1, "A-2"), withSku(2, 50, "A"), nameless(3, "C")], { from: 100 })
  await shadow.read("Product2", [withSku(4, 60, "C")], { from: 150 })
  assert.deepEqual(await skus(shadow), { 2: "A", 3: "C" })
  assert.deepEqual(await rejected(shadow), [
    [1, "23502"],
    [3, "23502"],
    [4, "23505"],
  ])
})

test("a claimant is read again when the SKU is free, and is stored then", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A")], { from: 20 })
  await shadow.read("Product2", [withSku(2, 50, "A")], { from: 100 })
  await shadow.clearMarks("Product2")
  await shadow.apply(changeSku(1, 120, "B"))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(2)])
  await shadow.read("Product2", [withSku(2, 50, "A")], { from: 140 })
  assert.deepEqual(await skus(shadow), { 1: "B", 2: "A" })
  assert.deepEqual(await rejected(shadow), [])
})

test("10,000 products without a good SKU in 20,000 cost each no more than 1,000 in 2,000", async () => {
  const shadow = await Shadow.open()
  const timed = async (from: number, size: number) => {
    const records = Array.from({ length: size }, (_, i) => {
      const n = from + i
      // One half claims the other half's SKUs.
      return withSku(n, 0, `SKU-${i % 2 === 0 ? n : n - 1}`)
    })
    const startedAt = performance.now()
    const counts = await shadow.read("Product2", records, { from: 20 })
    assert.deepEqual([counts.inserted, counts.rejected], [size / 2, size / 2])
    return (performance.now() - startedAt) / size
  }
  // Other programs of the machine slow down now this one, now that: of what grows with the square, no try is good.
  const tries: string[] = []
  for (let from = 1; tries.length < 3; from += 50_000) {
    const small = await timed(from, 2_000)
    const large = await timed(from + 10_000, 20_000)
    if (large < 4 * small) return
    tries.push(`${large.toFixed(3)} ms a record, against ${small.toFixed(3)} ms`)
  }
  assert.fail(tries.join("; "))
})

test("a claimant that is read along, refused as before, is not put in doubt by it", async () => {
  const shadow = await Shadow.open()
  const claimant = withSku(2, 50, "A")
  await shadow.read("Product2", [withSku(1, 0, "A")], { from: 20 })
  await shadow.read("Product2", [claimant], { from: 100 })
  await shadow.clearMarks("Product2")
  await shadow.read("Product2", [withSku(1, 0, "A"), claimant], { from: 103 })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [], "nothing new was said, and nobody asked")
  await shadow.apply(event("Product2", "GAP_UPDATE", productId(2), 60))
  await shadow.read("Product2", [claimant], { from: 200, to: 201 })
  assert.deepEqual(await rejected(shadow), [[2, "23505"]])
})

test("products that swap their SKUs on different pages of a load are read again together", async () => {
  const shadow = await Shadow.open()
  const swapped = [withSku(1, 100, "B"), withSku(2, 100, "A")] as const
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B")], { from: 20 })
  // Of the swap only this is told; the SKU is held.
  await shadow.apply(changeSku(1, 100, "B"))
  assert.deepEqual(await rejected(shadow), [[1, "23505"]])
  const runId = await startRun(shadow, "Product2", "full", { from: 120, expected: 2 })
  await mergePage(shadow, runId, 1, [swapped[0]], "next")
  await mergePage(shadow, runId, 2, [swapped[1]])
  await finishRun(shadow, runId)
  assert.deepEqual(await skus(shadow), { 2: "A" })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)], "no page settles the contest")
  await shadow.read("Product2", [...swapped], { from: 140 })
  assert.deepEqual(await skus(shadow), { 1: "B", 2: "A" })
  assert.deepEqual(await rejected(shadow), [])
})

test("a claimant's doubt calls for no full load, which would not settle it; its holder's does", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A")], { from: 20 })
  await shadow.read("Product2", [withSku(2, 50, "A"), withSku(3, 50, "A")], { from: 100 })
  assert.equal((await shadow.dirtyIds("Product2")).length, 3)
  assert.deepEqual(await shadow.all("select sf_shadow.loadable_doubts('Product2') as doubts"), [
    { doubts: 1 },
  ])
})

test("a reject that claims another SKU is in doubt anew", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B")], { from: 20 })
  await shadow.read("Product2", [withSku(3, 50, "A")], { from: 100 })
  await shadow.clearMarks("Product2")
  await shadow.read("Product2", [withSku(3, 110, "B")], { from: 150 })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(2), productId(3)])
})
