import assert from "node:assert/strict"
import { test } from "node:test"
import { event, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const id = productId(1)

async function clear(shadow: Shadow, generation: number): Promise<number | undefined> {
  const [row] = await shadow.all<{ cleared: number }>(
    "select sf_shadow.clear_marks('Product2', array[$1], array[$2::bigint]) as cleared",
    id,
    generation,
  )
  return row?.cleared
}

test("a re-read clears the mark it was made for", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(event("Product2", "UPDATE", id, 10, { Name: "x" }))
  const [mark] = await shadow.dirty("Product2")
  await shadow.read("Product2", [product(1, 10)], { from: 30 })
  assert.equal(await clear(shadow, mark?.generation ?? 0), 1)
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})

test("a mark renewed while the re-read was under way stays, with its oldest since", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(event("Product2", "UPDATE", id, 10, { Name: "x" }))
  const [captured] = await shadow.dirty("Product2")
  await shadow.apply(event("Product2", "GAP_UPDATE", id, 40))
  await shadow.read("Product2", [product(1, 10)], { from: 30 })
  assert.equal(await clear(shadow, captured?.generation ?? 0), 0)
  const [renewed] = await shadow.dirty("Product2")
  assert.deepEqual(renewed?.since, captured?.since)
  assert.ok((renewed?.not_before ?? 0) > (captured?.not_before ?? 0))
})

test("a re-read that cannot decide leaves its mark", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(event("Product2", "GAP_UPDATE", id, 40))
  const [captured] = await shadow.dirty("Product2")
  await shadow.apply(event("Product2", "UPDATE", id, 41, { Name: "event" }))
  await shadow.read("Product2", [product(1, 0)], { from: 45 })
  assert.equal(await clear(shadow, captured?.generation ?? 0), 0)
})

test("a mark that was cleared and set again while the re-read was under way is another one", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(event("Product2", "GAP_UPDATE", id, 10))
  const [captured] = await shadow.dirty("Product2")
  await shadow.clearMarks("Product2")
  await shadow.apply(event("Product2", "GAP_UPDATE", id, 40))
  assert.equal(await clear(shadow, captured?.generation ?? 0), 0)
  assert.deepEqual(await shadow.dirtyIds("Product2"), [id])
})
