import assert from "node:assert/strict"
import { test } from "node:test"
import { event, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

async function refusedUpdate(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(event("Product2", "UPDATE", productId(1), 100, { StockKeepingUnit: null }))
  assert.equal((await shadow.rejects("Product2")).length, 1)
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
  return shadow
}

test("a read that may have been made before a refused change leaves the reject, and is made again", async () => {
  const shadow = await refusedUpdate()
  await shadow.read("Product2", [product(1, 0)], { from: 95 })
  assert.equal((await shadow.rejects("Product2")).length, 1)
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])
})

test("a read that does not show a refused record is no proof of its absence, if it may be older", async () => {
  const shadow = await refusedUpdate()
  await shadow.read("Product2", [], { from: 95, missing: [productId(1)] })
  assert.deepEqual(await shadow.ids("Product2"), [productId(1)])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])
})

test("a read that began after a refused change settles it", async () => {
  const shadow = await refusedUpdate()
  await shadow.read("Product2", [product(1, 110)], { from: 120 })
  assert.deepEqual(await shadow.rejects("Product2"), [])
})
