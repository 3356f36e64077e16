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
  type TestEvent,
} from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const deleted = (commit: number) => event("Product2", "DELETE", productId(1), commit)
const returned = (commit: number): TestEvent => ({
  ...created("Product2", product(1, commit), commit),
  change_type: "UNDELETE",
})

/** A product that was read from 20 to 65, after which its DELETE at 60 is told. */
async function loaded(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20, to: 65 })
  return shadow
}

test("a price that is created with its product's return, both told with the delete, is stored", async () => {
  const shadow = await loaded()
  await shadow.apply(deleted(60), returned(90), created("PricebookEntry", price(1, 1, 90), 90))
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(1)])
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [])
})

test("a price of before the delete is in doubt, though delete and return came in one batch", async () => {
  const shadow = await loaded()
  await shadow.apply(deleted(60), returned(90))
  await shadow.apply(created("PricebookEntry", price(1, 1, 59), 59))
  assert.deepEqual(await shadow.ids("PricebookEntry"), [])
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
})

test("a product is away until the event of its delete says, however long its last read took", async () => {
  const shadow = await loaded()
  await shadow.apply(deleted(60))
  await shadow.apply(returned(62))
  await shadow.apply(created("PricebookEntry", price(1, 1, 63), 63))
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(1)])
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [])
})

test("a price that went with its product is missing since it was created: it may have had another one for long", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.describe("PricebookEntry", [
    ...describes.PricebookEntry,
    { name: "CreatedDate", type: "datetime" },
  ])
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0, { CreatedDate: stamp(-500) }), price(2, 1, 0)], {
    from: 20,
  })
  await shadow.apply(deleted(60))
  assert.deepEqual(
    (await shadow.dirty("PricebookEntry")).map(({ since, not_before }) => [since, not_before]),
    [
      [at(-500), at(71)],
      [Number.NEGATIVE_INFINITY, at(71)],
    ],
  )
})

for (const [how, events] of [
  ["in one batch", [deletedTwin(60), returnedTwin(90)]],
  ["by gap events", [gap("GAP_DELETE", 60), gap("GAP_UNDELETE", 90)]],
] as const)
  test(`a price that is a reject with its product is read again when that went and came ${how}, and is a reject still`, async () => {
    const shadow = await loaded()
    await shadow.read("Product2", [twin(30)], { from: 40 })
    await shadow.read("PricebookEntry", [price(1, 2, 30)], { from: 40 })
    assert.deepEqual(
      (await shadow.rejects("PricebookEntry")).map(({ record_id }) => record_id),
      [priceId(1)],
    )
    await shadow.clearMarks("PricebookEntry")
    await shadow.apply(...events)
    assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
    await shadow.read("PricebookEntry", [], { from: 120, missing: [priceId(1)] })
    assert.deepEqual(await shadow.rejects("PricebookEntry"), [])
  })

/** Product 2, which claims the SKU of product 1. */
function twin(sm: number) {
  return product(2, sm, { StockKeepingUnit: "SKU-1" })
}

function deletedTwin(commit: number): TestEvent {
  return event("Product2", "DELETE", productId(2), commit)
}

function returnedTwin(commit: number): TestEvent {
  return { ...created("Product2", twin(commit), commit), change_type: "UNDELETE" }
}

function gap(changeType: string, commit: number): TestEvent {
  return event("Product2", changeType, productId(2), commit)
}
