import assert from "node:assert/strict"
import { test } from "node:test"
import { mark } from "../../src/base/unstorable.ts"
import { at, created, event, price, priceId, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"
import { changeSku, rejected, skus, withSku } from "../harness/skus.ts"

interface Reject {
  sqlstate: string
  reason: string
  refused_by: string | null
  claimed_value: string | null
  parent_id: string | null
  attempts: number
  payload: Buffer
  again: boolean
}

async function rejectOf(shadow: Shadow, id: string): Promise<Reject> {
  const [reject] = await shadow.all<Reject>(
    "select *, last_rejected_at > now() - interval '1 minute' as again from sf_shadow.reject where record_id = $1",
    id,
  )
  assert.ok(reject, `${id} is no reject`)
  return reject
}

test("a record that is refused again for another reason has the reason, the values and the time of the last one", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0, { StockKeepingUnit: null })], { from: 20 })
  const first = await rejectOf(shadow, productId(1))
  assert.deepEqual(
    [first.sqlstate, first.refused_by, first.claimed_value],
    ["23502", "StockKeepingUnit", null],
  )
  await shadow.all("update sf_shadow.reject set last_rejected_at = now() - interval '1 day'")

  const withNul = product(1, 50, { Description: `a${mark("u0000")}b` })
  await shadow.read("Product2", [withNul], { from: 100, hasMarks: true })
  const { reason, payload, ...last } = await rejectOf(shadow, productId(1))
  assert.deepEqual(
    [last.sqlstate, last.refused_by, last.claimed_value, last.attempts, last.again],
    ["22021", "Description", "SKU-1", 2, true],
  )
  assert.match(reason, /^Description holds a NUL/)
  assert.match(payload.toString(), /"Description": "a/)
})

test("a price that is refused again for another product waits for that one", async () => {
  const shadow = await Shadow.open()
  await shadow.read(
    "Product2",
    [1, 2].map((n) => product(n, 0, { StockKeepingUnit: null })),
    { from: 20 },
  )
  await shadow.read("PricebookEntry", [price(1, 1, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 2, 50)], { from: 100 })
  assert.equal((await rejectOf(shadow, priceId(1))).parent_id, productId(2))
  await shadow.read("Product2", [product(1, 110)], { from: 130 })
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [])
  await shadow.read("Product2", [product(2, 110)], { from: 130 })
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
})

test("the holder keeps its SKU though the claimant comes on the same page and before it", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(5, 0, "A")], { from: 20 })
  await shadow.read("Product2", [withSku(1, 50, "A"), withSku(5, 50, "A", { Name: "x" })], { from: 100 })
  assert.deepEqual(await skus(shadow), { 5: "A" })
  assert.deepEqual(await rejected(shadow), [[1, "23505"]])
  assert.equal(
    (await rejectOf(shadow, productId(1))).reason,
    `StockKeepingUnit A is held by Product2 ${productId(5)}`,
  )
  assert.deepEqual(await shadow.dirtyIds("Product2"), [1, 5].map(productId), "both are read again")
})

test("who was refused for another reason, and now for the SKU of another product, is read again with that one", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "A", { Name: null })], { from: 20 })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
  await shadow.read("Product2", [withSku(2, 50, "A")], { from: 100 })
  assert.deepEqual(await rejected(shadow), [[2, "23505"]])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [1, 2].map(productId))
})

test("a doubt of its own stays with a record that is refused as before", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "A")], { from: 20 })
  await shadow.clearMarks("Product2")
  const again = created("Product2", withSku(2, 60, "A"), 60)
  await shadow.apply({ ...again, diff_fields: ["Description"] })
  assert.deepEqual(await rejected(shadow), [[2, "23505"]])
  assert.deepEqual(
    (await shadow.dirty("Product2")).map(({ record_id, reason }) => [record_id, reason]),
    [[productId(2), "text arrived as a diff"]],
  )
})

test("a price that went with a row that gave way is known until its last event, and missing since it was created", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B")], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0), price(2, 1, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(2, 1, 50, { UnitPrice: null })], { from: 70 })
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 90, { UnitPrice: 5 }))
  await shadow.apply(changeSku(1, 100, null), changeSku(2, 110, "A"))
  assert.deepEqual(await shadow.ids("PricebookEntry"), [])
  assert.deepEqual(
    await shadow.all(
      "select record_id, since, known_until from sf_shadow.reject where object = 'PricebookEntry' order by 1",
    ),
    [
      { record_id: priceId(1), since: Number.NEGATIVE_INFINITY, known_until: at(90) },
      { record_id: priceId(2), since: Number.NEGATIVE_INFINITY, known_until: at(71) },
    ],
  )
  await shadow.apply(created("PricebookEntry", price(1, 1, 80), 80))
  assert.deepEqual(
    await shadow.dirtyIds("PricebookEntry"),
    [priceId(1)],
    "older than what is known, and unseen",
  )
})

test("a price that went with a row that gave way is known until its last read, and no older event is an answer to it", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B")], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0, { UnitPrice: 7 })], { from: 80, to: 85 })
  await shadow.apply(changeSku(1, 100, null), changeSku(2, 110, "A"))
  await shadow.apply(created("PricebookEntry", price(1, 1, 84, { UnitPrice: 3 }), 84))
  const { payload } = await rejectOf(shadow, priceId(1))
  assert.equal(JSON.parse(payload.toString()).UnitPrice, 7)
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
})
