import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, price, priceId, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

/** Read again after the delete that its event tells only now; its prices were read before it, and after it. */
async function readAgain(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0), product(2, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0), price(2, 2, 0)], { from: 20, to: 65 })
  await shadow.read("PricebookEntry", [price(3, 1, 0)], { from: 150 })
  await shadow.read("Product2", [product(1, 90)], { from: 110 })
  await shadow.clearMarks("PricebookEntry")
  return shadow
}

const marks = async (shadow: Shadow) =>
  (await shadow.dirty("PricebookEntry")).map(({ record_id, since, not_before }) => [
    record_id,
    since,
    not_before,
  ])

for (const type of ["DELETE", "GAP_DELETE"]) {
  test(`${type} of a product that was read again since puts its prices in doubt that no later read has shown`, async () => {
    const shadow = await readAgain()
    await shadow.apply(event("Product2", type, productId(1), 60))
    assert.deepEqual(await shadow.ids("Product2"), [1, 2].map(productId))
    assert.deepEqual(await marks(shadow), [[priceId(1), at(60), at(76)]])
    assert.match((await shadow.dirty("PricebookEntry"))[0]?.reason ?? "", /was deleted meanwhile/)
  })

  test(`${type} that is not applied keeps an older event of a price from bringing it back`, async () => {
    const shadow = await readAgain()
    await shadow.apply(event("Product2", type, productId(1), 60))
    await shadow.apply(
      created("PricebookEntry", price(9, 1, 55), 55),
      created("PricebookEntry", price(8, 2, 55), 55),
    )
    assert.deepEqual(await shadow.ids("PricebookEntry"), [1, 2, 3, 8].map(priceId))
    assert.ok((await shadow.dirtyIds("PricebookEntry")).includes(priceId(9)))
  })
}

test("a delete that was not decoded is such a one", async () => {
  const shadow = await readAgain()
  const broken = { error: "undecodable: x", bytes: "00" }
  await shadow.apply(event("Product2", "DELETE", productId(2), 60, {}, broken))
  assert.deepEqual(await marks(shadow), [[priceId(2), at(60), at(76)]])
  assert.deepEqual(await shadow.ids("Product2"), [1, 2].map(productId))
})

test("an update says nothing of the prices, and a delete of a product without prices neither", async () => {
  const shadow = await readAgain()
  await shadow.apply(event("Product2", "UPDATE", productId(1), 60, { Name: "x" }))
  await shadow.apply(
    event("Product2", "DELETE", productId(7), 60, {}, { error: "undecodable: x", bytes: "00" }),
  )
  assert.deepEqual(await marks(shadow), [])
  assert.deepEqual(await shadow.all("select record_id from sf_shadow.parent_deletion"), [
    { record_id: productId(7) },
  ])
})

test("a delete that names no product does not hold the stream up", async () => {
  const shadow = await readAgain()
  await shadow.apply(
    event("Product2", "DELETE", [], 160, {}, { error: "no-record-ids: x", bytes: "00" }),
    event("Product2", "UPDATE", productId(1), 161, { Name: "after" }),
  )
  assert.equal((await shadow.row("Product2", productId(1)))?.name, "after")
  assert.deepEqual((await shadow.state("Product2")).hole_from, at(160))
})

test("a return that is not applied says nothing of prices that are there", async () => {
  const shadow = await readAgain()
  await shadow.apply(event("Product2", "UNDELETE", productId(1), 60))
  assert.deepEqual(await marks(shadow), [])
})

test("a delete that was not decoded, its return behind it in one batch, takes no price away: they are read again", async () => {
  const shadow = await readAgain()
  const { Id, SystemModstamp: _, IsDeleted: __, ...fields } = product(2, 80)
  await shadow.apply(
    event("Product2", "DELETE", Id, 70, {}, { error: "undecodable: x", bytes: "00" }),
    event("Product2", "UNDELETE", Id, 80, fields),
  )
  assert.ok((await shadow.ids("PricebookEntry")).includes(priceId(2)))
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(2)])
})

test("a delete without a time of a product whose price was refused does not hold the stream up", async () => {
  const shadow = await readAgain()
  await shadow.read("PricebookEntry", [price(4, 1, 0, { UnitPrice: null })], { from: 150 })
  const header = {
    commit_timestamp: null,
    commit_number: null,
    sequence_number: null,
    error: "commit-timestamp: x",
  }
  await shadow.apply(
    event("Product2", "DELETE", productId(1), 0, {}, header),
    event("Product2", "UPDATE", productId(2), 161, { Name: "after" }),
  )
  assert.equal((await shadow.row("Product2", productId(2)))?.name, "after")
  assert.ok((await shadow.dirtyIds("Product2")).includes(productId(1)))
})

test("it puts a price of the product that was refused in doubt as well", async () => {
  const shadow = await readAgain()
  await shadow.read("PricebookEntry", [price(4, 1, 0, { UnitPrice: null })], { from: 150 })
  await shadow.apply(event("Product2", "DELETE", productId(1), 60))
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [1, 4].map(priceId))
})

test("it puts no price in doubt that a complete load has surely shown since, and left as it is", async () => {
  for (const [from, inDoubt] of [
    [150, []],
    [69, [priceId(1)]],
  ] as const) {
    const shadow = await readAgain()
    await shadow.all(
      "update sf_shadow.object_state set full_read_id = $1 where object = 'PricebookEntry'",
      await shadow.readId("PricebookEntry", { from }),
    )
    await shadow.apply(event("Product2", "DELETE", productId(1), 60))
    assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), inDoubt, `from ${from}`)
  }
})
