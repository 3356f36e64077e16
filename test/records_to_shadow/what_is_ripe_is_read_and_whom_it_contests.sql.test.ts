import assert from "node:assert/strict"
import { test } from "node:test"
import { accountId, at, idOf, type ObjectName, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"
import { withSku } from "../harness/skus.ts"

const mark = (shadow: Shadow, object: ObjectName, n: number, notBefore: number) =>
  shadow.pool.query(
    "select sf_shadow._mark_dirty($1, array[$2], array[$3::timestamptz], array[$3::timestamptz], array['test'])",
    [object, idOf(object, n), at(notBefore)],
  )

/** What is to be read at second 100, and whether it has a mark of its own. */
const ripe = async (shadow: Shadow, object: ObjectName, atMost = 10) =>
  (
    await shadow.all<{ record_id: string; generation: number | null }>(
      "select * from sf_shadow.ripe_marks($1, $2, $3)",
      object,
      at(100),
      atMost,
    )
  ).map(({ record_id, generation }) => [record_id, generation !== null])

for (const object of ["Account", "Product2"] as const) {
  test(`of ${object} what is ripe is read, the earliest first, and no more at once than asked for`, async () => {
    const shadow = await Shadow.open()
    await mark(shadow, object === "Account" ? "Product2" : "Account", 9, 10)
    for (const [n, notBefore] of [
      [1, 50],
      [2, 40],
      [3, 101],
      [4, 100],
    ] as const)
      await mark(shadow, object, n, notBefore)
    const ids = (await ripe(shadow, object)).map(([id]) => id).toSorted()
    assert.deepEqual(
      ids,
      [1, 2, 4].map((n) => idOf(object, n)),
    )
    assert.deepEqual(await ripe(shadow, object, 1), [[idOf(object, 2), true]])
  })
}

/** 1 holds A, which 2 claims; 3 would as well, had it a name; 4 contests nothing. */
async function contested(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(4, 0, "D")], { from: 20 })
  await shadow.read("Product2", [withSku(2, 0, "A"), withSku(3, 0, "A", { Name: null })], { from: 20 })
  await shadow.clearMarks("Product2")
  return shadow
}

test("with a holder its claimants are read, and with a claimant the holder, though their own marks are not ripe", async () => {
  const shadow = await contested()
  await mark(shadow, "Product2", 1, 50)
  await mark(shadow, "Product2", 2, 500)
  assert.deepEqual(await ripe(shadow, "Product2"), [
    [productId(1), true],
    [productId(2), false],
  ])
  await shadow.clearMarks("Product2")
  await mark(shadow, "Product2", 2, 50)
  assert.deepEqual(await ripe(shadow, "Product2"), [
    [productId(2), true],
    [productId(1), false],
  ])
})

test("who contests nothing, or cannot be stored for another reason, is read alone", async () => {
  const shadow = await contested()
  await mark(shadow, "Product2", 3, 50)
  assert.deepEqual(await ripe(shadow, "Product2"), [[productId(3), true]])
  await shadow.clearMarks("Product2")
  await mark(shadow, "Product2", 4, 50)
  assert.deepEqual(await ripe(shadow, "Product2"), [[productId(4), true]])
})

test("a reader's wish marks the account it names, once, and leaves those of other objects", async () => {
  const shadow = await Shadow.open()
  const wish = (object: ObjectName, id: string) =>
    shadow.all(
      "insert into sf_shadow.refresh_request (object, record_id, since, not_before) values ($1, $2, $3, $4)",
      object,
      id,
      at(10),
      at(30),
    )
  await wish("Account", accountId(1))
  await wish("Account", accountId(2))
  await wish("Product2", productId(1))
  await mark(shadow, "Account", 2, 500)
  await mark(shadow, "Product2", 2, 500)
  const marked = await shadow.dirty("Account")
  assert.deepEqual(await shadow.all("select sf_shadow.requests_to_dirty('Account') as requests"), [
    { requests: 2 },
  ])
  const [first, second] = await shadow.dirty("Account")
  assert.deepEqual(
    [first?.record_id, first?.since, first?.not_before, first?.reason],
    [accountId(1), at(10), at(30), "a reader found it stale"],
  )
  assert.deepEqual([second], marked, "its mark is as it was")
  assert.deepEqual(await shadow.all("select record_id from sf_shadow.refresh_request"), [
    { record_id: productId(1) },
  ])
})
