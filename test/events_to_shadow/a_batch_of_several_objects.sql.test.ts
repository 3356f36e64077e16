import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, price, priceId, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

async function loaded(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 100 })
  await shadow.read("PricebookEntry", [price(1, 1, 0)], { from: 20 })
  return shadow
}

const appliedUntil = async (shadow: Shadow) =>
  (
    await shadow.all<{ at: Date | null }>(
      "select applied_commit_timestamp as at from sf_shadow.stream_cursor where stream_id = $1",
      shadow.streamId,
    )
  )[0]?.at

test("each event is judged by its own object, and its result is told as such", async () => {
  const shadow = await loaded()
  const folded = await shadow.apply(
    event("Product2", "UPDATE", productId(1), 50, { Name: "seen by the read" }),
    event("PricebookEntry", "UPDATE", priceId(1), 51, { UnitPrice: 5 }),
  )
  assert.deepEqual(folded.map(({ object, result, events }) => `${object} ${result} ${events}`).sort(), [
    "PricebookEntry applied 1",
    "Product2 skipped 1",
  ])
  assert.equal((await shadow.row("PricebookEntry", priceId(1)))?.unit_price, "5.00")
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [])
})

test("the cursor tells the last commit that said something new, and never goes back", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "UPDATE", productId(1), 50, { Name: "seen by the read" }))
  assert.equal(await appliedUntil(shadow), null)
  await shadow.apply(
    event("PricebookEntry", "UPDATE", priceId(1), 160, { UnitPrice: 5 }),
    event("Product2", "UPDATE", productId(1), 155, { Name: "x" }),
  )
  assert.deepEqual(await appliedUntil(shadow), at(160))
  await shadow.apply(event("Product2", "UPDATE", productId(1), 158, { Name: "y" }))
  assert.deepEqual(await appliedUntil(shadow), at(160))
})

test("what cannot be stored is told as rejected, of its own object", async () => {
  const shadow = await loaded()
  const folded = await shadow.apply(
    created("Product2", product(7, 150, { StockKeepingUnit: null }), 150),
    created("PricebookEntry", price(7, 7, 150), 150),
    created("Product2", product(8, 150), 150),
  )
  assert.deepEqual(folded.map(({ object, result, events }) => `${object} ${result} ${events}`).sort(), [
    "PricebookEntry rejected 1",
    "Product2 applied 1",
    "Product2 rejected 1",
  ])
})

test("an event of several records is one event, in each result that it has", async () => {
  const shadow = await loaded()
  const folded = await shadow.apply(
    event("Product2", "UPDATE", [productId(1), productId(2)], 150, { Name: "x" }),
    event("PricebookEntry", "DELETE", [1, 2].map(priceId), 151),
  )
  assert.deepEqual(folded.map(({ object, result, events }) => `${object} ${result} ${events}`).sort(), [
    "PricebookEntry applied 1",
    "Product2 applied 1",
  ])
  assert.deepEqual(new Set(folded.map(({ consumed }) => consumed)), new Set([2]))
})

test("when applied events were committed is told, of them alone; of what has no name it is said that it is unknown", async () => {
  const shadow = await loaded()
  const blind = {
    object: null,
    change_type: null,
    commit_timestamp: null,
    error: "undecodable: x",
    bytes: "ff",
  }
  const folded = await shadow.apply(
    event("Product2", "UPDATE", productId(1), 150, { Name: "x" }),
    event("Product2", "UPDATE", productId(1), 152, { Name: "y" }),
    event("Product2", "GAP_UPDATE", productId(1), 153),
    event("Product2", "UPDATE", [], 0, {}, { ...blind, commit_number: null, sequence_number: null }),
  )
  const told = folded.map(({ object, change_type, result, commit_timestamps }) => [
    object,
    change_type,
    result,
    commit_timestamps?.sort((a, b) => Number(a) - Number(b)) ?? null,
  ])
  assert.deepEqual(told.sort(), [
    ["Product2", "GAP_UPDATE", "dirty", null],
    ["Product2", "UPDATE", "applied", [at(150), at(152)]],
    ["unknown", "unknown", "not mirrored", null],
  ])
})

test("what was loaded of one object is no proof of another one in the same batch", async () => {
  const shadow = await loaded()
  await shadow.all(
    "update sf_shadow.object_state set proof_read_id = $1 where object = 'PricebookEntry'",
    await shadow.readId("PricebookEntry", { from: 500 }),
  )
  const folded = await shadow.apply(
    created("Product2", product(7, 150), 150),
    event("PricebookEntry", "UPDATE", priceId(1), 600, { UnitPrice: 5 }),
  )
  assert.deepEqual(folded.map(({ object, result, events }) => `${object} ${result} ${events}`).sort(), [
    "PricebookEntry applied 1",
    "Product2 applied 1",
  ])
})
