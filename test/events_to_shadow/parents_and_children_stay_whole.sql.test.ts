import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, price, priceId, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

async function loaded(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0), product(2, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0), price(2, 1, 0), price(3, 2, 0)], { from: 20 })
  return shadow
}

test("a price whose product has not come makes both dirty, and is stored when both were read", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(created("PricebookEntry", price(1, 1, 10), 10))
  assert.deepEqual(await shadow.ids("PricebookEntry"), [])
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])

  await shadow.read("Product2", [product(1, 5)], { from: 30 })
  await shadow.read("PricebookEntry", [price(1, 1, 10)], { from: 30 })
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(1)])
})

test("a price and its product in one batch are stored, whichever came first", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(created("PricebookEntry", price(1, 1, 10), 10), created("Product2", product(1, 10), 10))
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(1)])
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [])
})

test("a product's delete removes its prices with tombstones, doubts, counts and an invalidation", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "DELETE", productId(1), 60))
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(3)])
  const tombstones = await shadow.tombstones("PricebookEntry")
  assert.deepEqual(
    tombstones.map(({ record_id, weak, proven, parent_id }) => ({ record_id, weak, proven, parent_id })),
    [1, 2].map((n) => ({ record_id: priceId(n), weak: true, proven: false, parent_id: productId(1) })),
  )
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1), priceId(2)])
  assert.equal((await shadow.state("PricebookEntry")).row_count, 1)
  assert.equal((await shadow.state("Product2")).row_count, 1)
  const last = (await shadow.invalidations("PricebookEntry")).at(-1)
  assert.deepEqual([...(last?.record_ids ?? [])].sort(), [priceId(1), priceId(2)])
  assert.deepEqual(last?.parent_ids, [productId(1)])
  assert.deepEqual(last?.unique_values, ["SKU-1"])
})

test("a price's event not later than its product's delete is dirty, also after the product's return", async () => {
  const shadow = await loaded()
  const late = created("PricebookEntry", price(9, 1, 58), 58)
  await shadow.apply(event("Product2", "DELETE", productId(1), 60))
  await shadow.clearMarks("PricebookEntry")
  await shadow.apply(late)
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(9)])

  await shadow.read("Product2", [product(1, 80)], { from: 100 })
  await shadow.clearMarks("PricebookEntry")
  await shadow.apply(created("PricebookEntry", price(10, 1, 59), 59))
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(3)])
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(10)])
  await shadow.apply(created("PricebookEntry", price(11, 1, 110), 110))
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(3), priceId(11)])
})

test("an event for a price that went with its product is dirty", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "DELETE", productId(1), 60))
  await shadow.clearMarks("PricebookEntry")
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 61, { UnitPrice: 5 }))
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(3)])
})

test("a product's return marks its prices dirty", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "DELETE", productId(1), 60))
  await shadow.clearMarks("PricebookEntry")
  const { Id: _, SystemModstamp: __, IsDeleted: ___, ...fields } = product(1, 70)
  await shadow.apply(event("Product2", "UNDELETE", productId(1), 70, fields))
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1), priceId(2)])
})

test("a product's return puts no price of another product in doubt", async () => {
  const shadow = await loaded()
  await shadow.apply(event("PricebookEntry", "DELETE", priceId(3), 50))
  await shadow.apply(event("Product2", "DELETE", productId(1), 60))
  await shadow.clearMarks("PricebookEntry")
  await shadow.read("Product2", [product(1, 90)], { from: 110 })
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [1, 2].map(priceId))
})

test("a product's return marks its prices dirty also when a read has shown them to be gone meanwhile", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "DELETE", productId(1), 60))
  await shadow.read("PricebookEntry", [], { from: 80, missing: [priceId(1), priceId(2)] })
  await shadow.clearMarks("PricebookEntry")
  await shadow.read("Product2", [product(1, 90)], { from: 110 })
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1), priceId(2)])
})

test("a product that went and came in one batch marks the prices that a read has shown to be gone meanwhile", async () => {
  const shadow = await loaded()
  await shadow.read("PricebookEntry", [], { from: 80, missing: [priceId(1)] })
  const { Id: _, SystemModstamp: __, IsDeleted: ___, ...fields } = product(1, 90)
  await shadow.apply(
    event("Product2", "DELETE", productId(1), 60),
    event("Product2", "UNDELETE", productId(1), 90, fields),
  )
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1), priceId(2)])
})

test("a return that is not applied marks the prices that were gone, and not those read as gone after it", async () => {
  const shadow = await loaded()
  await shadow.read("PricebookEntry", [], { from: 80, missing: [priceId(1)] })
  await shadow.read("PricebookEntry", [], { from: 150, missing: [priceId(2)] })
  await shadow.apply(event("Product2", "GAP_UNDELETE", productId(1), 90))
  const marks = await shadow.dirty("PricebookEntry")
  assert.deepEqual(
    marks.map(({ record_id, since, not_before }) => [record_id, since, not_before]),
    [[priceId(1), at(90), at(101)]],
  )
})

test("a product that returns and cannot be stored marks its prices dirty, once: they are rejects now", async () => {
  const shadow = await loaded()
  const withoutSku = product(1, 90, { StockKeepingUnit: null })
  await shadow.apply(event("Product2", "DELETE", productId(1), 60))
  await shadow.clearMarks("PricebookEntry")
  await shadow.read("Product2", [withoutSku], { from: 110 })
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1), priceId(2)])
  await shadow.read("PricebookEntry", [price(1, 1, 90), price(2, 1, 90)], { from: 130 })
  assert.deepEqual(
    (await shadow.rejects("PricebookEntry")).map(({ record_id, sqlstate }) => [record_id, sqlstate]),
    [
      [priceId(1), "23503"],
      [priceId(2), "23503"],
    ],
  )
  await shadow.clearMarks("PricebookEntry")
  await shadow.read("Product2", [product(9, 90, { StockKeepingUnit: null })], { from: 140 })
  await shadow.read("Product2", [withoutSku], { from: 150 })
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [])
})

test("a price that was never stored goes and comes with its product all the same", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0, { StockKeepingUnit: null })], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0)], { from: 20 })
  await shadow.apply(event("Product2", "DELETE", productId(1), 60))
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)], "the reject")
  await shadow.read("PricebookEntry", [], { from: 80, missing: [priceId(1)] })
  await shadow.clearMarks("PricebookEntry")
  await shadow.read("Product2", [product(1, 90)], { from: 110 })
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
})

test("a price that moved away before its old product's delete, in one batch, is kept or read again", async () => {
  const shadow = await loaded()
  await shadow.apply(
    event("PricebookEntry", "UPDATE", priceId(1), 59, { Product2Id: productId(2) }),
    event("Product2", "DELETE", productId(1), 60),
  )
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1), priceId(2)])
  await shadow.read("PricebookEntry", [price(1, 2, 59)], { from: 80, missing: [priceId(2)] })
  assert.equal((await shadow.row("PricebookEntry", priceId(1)))?.product_id, productId(2))
})

test("a product that a read has shown to be gone takes its prices along, known gone until that read", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "UPDATE", productId(1), 30, { Name: "x" }))
  await shadow.read("Product2", [], { from: 100, to: 105, missing: [productId(1)] })
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(3)])
  const [known] = await shadow.all<{ deleted_until: Date }>(
    "select deleted_until from sf_shadow.parent_deletion",
  )
  assert.deepEqual(known?.deleted_until, at(105))
})

test("a tombstone that stood beside a row, which nothing should leave, is made anew when the row goes with its product", async () => {
  const shadow = await loaded()
  await shadow.apply(event("PricebookEntry", "UPDATE", [1, 2].map(priceId), 40, { UnitPrice: 5 }))
  await shadow.all(
    `insert into sf_shadow.tombstone (object, record_id, deleted_at, proven, weak, parent_id)
     values ('PricebookEntry', $1, now() - interval '1 year', true, false, $2)`,
    priceId(1),
    productId(2),
  )
  await shadow.apply(event("Product2", "DELETE", productId(1), 60))
  const [mended, usual] = await shadow.tombstones("PricebookEntry")
  assert.deepEqual({ ...mended, record_id: priceId(2) }, usual)
  assert.equal(usual?.weak, true)
})
