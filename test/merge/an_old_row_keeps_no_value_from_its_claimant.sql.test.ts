import assert from "node:assert/strict"
import { test } from "node:test"
import {
  at,
  created,
  describes,
  event,
  price,
  priceId,
  product,
  productId,
  stamp,
} from "../harness/records.ts"
import { rereadAll } from "../harness/rereads.ts"
import { Shadow } from "../harness/shadow.ts"
import { changeSku, rejected, skus, withSku } from "../harness/skus.ts"

/** Two products with a price each; the first has lost its SKU since, and nobody has claimed it. */
async function blanked(shadow?: Shadow): Promise<Shadow> {
  shadow ??= await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A", { CreatedDate: stamp(-500) }), withSku(2, 0, "B")], {
    from: 20,
  })
  await shadow.read("PricebookEntry", [price(1, 1, 0), price(2, 2, 0)], { from: 20 })
  await shadow.apply(changeSku(1, 100, null))
  return shadow
}

test("a product that has lost its SKU keeps its old row while nobody else claims the SKU", async () => {
  const shadow = await blanked()
  assert.deepEqual(await skus(shadow), { 1: "A", 2: "B" })
  assert.deepEqual(await rejected(shadow), [[1, "23502"]])
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(1), priceId(2)])
  await shadow.apply(created("Product2", product(3, 110, { StockKeepingUnit: "A", Name: null }), 110))
  assert.deepEqual(await skus(shadow), { 1: "A", 2: "B" }, "nor for one that cannot be stored itself")
})

for (const [way, claim] of [
  ["an event", (shadow: Shadow) => shadow.apply(changeSku(2, 110, "A"))],
  ["a read", (shadow: Shadow) => shadow.read("Product2", [withSku(2, 110, "A")], { from: 130 })],
] as const) {
  test(`${way} of the product that has the SKU now stores it, and the old row gives way`, async () => {
    const shadow = await blanked()
    await claim(shadow)
    assert.deepEqual(await skus(shadow), { 2: "A" })
    assert.deepEqual(await rejected(shadow), [[1, "23502"]])
    assert.deepEqual(await shadow.dirtyIds("Product2"), [])
    assert.equal((await shadow.state("Product2")).row_count, 1)
    const invalidation = (await shadow.invalidations("Product2")).at(-1)
    assert.deepEqual(invalidation?.record_ids?.toSorted(), [productId(1), productId(2)])
    assert.deepEqual(invalidation?.unique_values?.toSorted(), ["A", "B"])
  })
}

test("an old row that gives way counts as deleted, and as nothing else", async () => {
  const shadow = await blanked()
  const counts = await shadow.read("Product2", [withSku(2, 110, "A")], { from: 130 })
  const { updated, deleted, ignored, dirty, rejected: refused } = counts
  assert.deepEqual(
    { updated, deleted, ignored, dirty, refused },
    { updated: 1, deleted: 1, ignored: 0, dirty: 0, refused: 0 },
  )
})

test("a page in which one product has lost its SKU and another has it stores the other", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B")], { from: 20 })
  const counts = await shadow.read(
    "Product2",
    [product(1, 50, { StockKeepingUnit: null }), withSku(2, 50, "A")],
    { from: 100 },
  )
  assert.deepEqual([counts.inserted, counts.updated, counts.deleted, counts.rejected], [0, 1, 1, 1])
  assert.deepEqual(await skus(shadow), { 2: "A" })
  assert.deepEqual(await rejected(shadow), [[1, "23502"]])
})

test("a product that claims a SKU which a third one holds gives its own up", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B"), withSku(3, 0, "C")], { from: 20 })
  await shadow.apply(changeSku(1, 100, "C"))
  await shadow.apply(changeSku(2, 110, "A"))
  assert.deepEqual(await skus(shadow), { 2: "A", 3: "C" })
  assert.deepEqual(await rejected(shadow), [[1, "23505"]])
})

test("who waits for a SKU is read again, and stored, once its holder has lost it", async () => {
  const shadow = await Shadow.open()
  const org = [product(1, 100, { StockKeepingUnit: null }), withSku(2, 50, "A")]
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B")], { from: 20 })
  await shadow.apply(changeSku(2, 50, "A"))
  assert.equal(await rereadAll(shadow, [withSku(1, 0, "A"), withSku(2, 50, "A")], 80), 1)
  await shadow.apply(changeSku(1, 200, null))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(2)])
  assert.equal(await rereadAll(shadow, org, 300), 1)
  assert.deepEqual(await skus(shadow), { 2: "A" })
  assert.deepEqual(await rejected(shadow), [[1, "23502"]])
})

test("the children of a row that gives way are rejects, for no parent was deleted", async () => {
  const shadow = await blanked()
  await shadow.read("PricebookEntry", [price(3, 1, 50, { UnitPrice: 0.001 })], { from: 105 })
  await shadow.read("PricebookEntry", [price(1, 1, 50, { UnitPrice: 0.001 })], { from: 105 })
  await shadow.apply(changeSku(2, 110, "A"))
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(2)])
  assert.deepEqual(
    (await shadow.rejects("PricebookEntry")).map(({ record_id, sqlstate }) => [record_id, sqlstate]),
    [
      [priceId(1), "22003"],
      [priceId(3), "22003"],
    ],
    "one that was a reject before has its own reason",
  )
  assert.equal((await shadow.state("PricebookEntry")).row_count, 1)
})

test("neither marks, tombstones, deletions of parents nor the fuse know of a row that gave way", async () => {
  const shadow = await blanked()
  await shadow.apply(changeSku(2, 110, "A"))
  const [reject] = await shadow.rejects("PricebookEntry")
  assert.deepEqual([reject?.record_id, reject?.sqlstate], [priceId(1), "23503"])
  assert.equal(reject?.reason, `Product2 ${productId(1)} is itself rejected`)
  assert.equal(JSON.parse(reject?.payload.toString() ?? "").UnitPrice, 9.99)
  for (const object of ["Product2", "PricebookEntry"] as const) {
    assert.deepEqual(await shadow.tombstones(object), [])
    assert.deepEqual(await shadow.dirty(object), [])
  }
  assert.deepEqual(await shadow.all("select * from sf_shadow.parent_deletion"), [])
  assert.deepEqual(
    await shadow.all("select sum(absence_deletes)::int as deletes from sf_shadow.object_state"),
    [{ deletes: 0 }],
  )
  const [cleared] = (await shadow.invalidations("PricebookEntry")).slice(-1)
  assert.deepEqual([cleared?.record_ids, cleared?.parent_ids], [[priceId(1)], [productId(1)]])
})

test("a record whose row gave way is missing since it was created", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.describe("Product2", [...describes.Product2, { name: "CreatedDate", type: "datetime" }])
  await blanked(shadow)
  await shadow.apply(changeSku(2, 110, "A"))
  assert.deepEqual(await shadow.all("select since from sf_shadow.reject where object = 'Product2'"), [
    { since: at(-500) },
  ])
  assert.deepEqual(await shadow.all("select since from sf_shadow.reject where object = 'PricebookEntry'"), [
    { since: Number.NEGATIVE_INFINITY },
  ])
})

test("a product that has a SKU again is stored, and its prices with it", async () => {
  const shadow = await blanked()
  await shadow.apply(changeSku(2, 110, "A"))
  await shadow.apply(changeSku(1, 200, "A-2"))
  const org = [withSku(1, 200, "A-2"), withSku(2, 110, "A"), price(1, 1, 0), price(2, 2, 0)]
  assert.equal(await rereadAll(shadow, org, 300), 2)
  assert.deepEqual(await skus(shadow), { 1: "A-2", 2: "A" })
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(1), priceId(2)])
  assert.deepEqual([...(await shadow.rejects("Product2")), ...(await shadow.rejects("PricebookEntry"))], [])
})

test("no older event and no older page brings a row back that gave way", async () => {
  const shadow = await blanked()
  await shadow.apply(changeSku(2, 110, "A"))
  const { Id, SystemModstamp: _, IsDeleted: __, ...fields } = withSku(1, 0, "Z")
  await shadow.apply(event("Product2", "CREATE", Id, 90, fields))
  assert.deepEqual(await skus(shadow), { 2: "A" })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [Id], "it was never seen, and proves nothing")
  await shadow.clearMarks("Product2")
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B")], { from: 95 })
  assert.deepEqual(await skus(shadow), { 2: "A" })
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 5, { UnitPrice: 1 }))
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(2)])
})

test("a product whose row gave way and that is deleted then leaves nothing behind", async () => {
  const shadow = await blanked()
  await shadow.apply(changeSku(2, 110, "A"))
  await shadow.apply(event("Product2", "DELETE", productId(1), 200))
  assert.deepEqual(await rejected(shadow), [])
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
  await rereadAll(shadow, [withSku(2, 110, "A"), price(2, 2, 0)], 300)
  assert.deepEqual(await shadow.rejects("PricebookEntry"), [])
  assert.equal((await shadow.state("Product2")).row_count, 1)
})

test("a product that a constraint of the operators refuses gives its SKU up as well", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.pool.query(
    "alter table sf_product_shadow add constraint product_name_short check (length(name) < 40)",
  )
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B"), withSku(3, 0, "C")], { from: 20 })
  const tooLong = { Name: "x".repeat(50) }
  const rotated = [withSku(1, 50, "B"), withSku(2, 50, "C"), withSku(3, 50, "A", tooLong)]
  const counts = await shadow.read("Product2", rotated, { from: 100 })
  assert.deepEqual(await skus(shadow), { 1: "B", 2: "C" })
  assert.deepEqual(await rejected(shadow), [[3, "23514"]])
  assert.deepEqual([counts.updated, counts.deleted, counts.rejected], [2, 1, 1])
  assert.equal((await shadow.state("Product2")).row_count, 2)

  // Two claim one SKU, and the one that would have it is refused.
  await shadow.read("Product2", [withSku(4, 150, "D", tooLong), withSku(5, 150, "D")], { from: 200 })
  assert.deepEqual(await skus(shadow), { 1: "B", 2: "C", 5: "D" })
})
