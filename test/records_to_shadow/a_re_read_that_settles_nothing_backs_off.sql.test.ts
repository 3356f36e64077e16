import assert from "node:assert/strict"
import { test } from "node:test"
import { accountId, at, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const id = productId(1)

const mark = (shadow: Shadow, object: string, recordId: string) =>
  shadow.pool.query(
    "select sf_shadow._mark_dirty($1, array[$2], array[$3::timestamptz], array[$3], array['test'])",
    [object, recordId, at(0)],
  )
const clear = async (shadow: Shadow, ids: string[], generations: (number | null)[]) =>
  (
    await shadow.all<{ cleared: number }>(
      "select sf_shadow.clear_marks('Product2', $1, $2::bigint[]) as cleared",
      ids,
      generations,
    )
  )[0]?.cleared

test("the n-th vain re-read puts the next one off by 2^n seconds, by ten minutes at most", async () => {
  const shadow = await Shadow.open()
  await mark(shadow, "Product2", id)
  const waits: number[] = []
  for (let n = 1; n <= 12; n++) {
    const before = Number((await shadow.dirty("Product2"))[0]?.not_before)
    await clear(shadow, [id], [0])
    waits.push((Number((await shadow.dirty("Product2"))[0]?.not_before) - before) / 1000)
  }
  assert.deepEqual(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600])
})

test("a record that was only read along keeps its mark as it is", async () => {
  const shadow = await Shadow.open()
  await mark(shadow, "Product2", id)
  const before = await shadow.dirty("Product2")
  assert.equal(await clear(shadow, [id], [null]), 0)
  assert.deepEqual(await shadow.dirty("Product2"), before)
})

test("marks of other records and of other objects stay as they are", async () => {
  const shadow = await Shadow.open()
  for (const n of [1, 2]) await mark(shadow, "Product2", productId(n))
  await mark(shadow, "Account", id)
  await mark(shadow, "Account", accountId(1))
  const accounts = await shadow.dirty("Account")
  const [first, second] = await shadow.dirty("Product2")
  assert.equal(await clear(shadow, [id], [first?.generation ?? 0]), 1)
  assert.deepEqual(await shadow.dirty("Product2"), [second])
  assert.deepEqual(await shadow.dirty("Account"), accounts)
})
