import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, price, priceId, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const marks = (shadow: Shadow) =>
  shadow.all<{ object: string; record_id: string; waits: boolean }>(
    "select object, record_id, waits_for is not null as waits from sf_shadow.dirty order by object, record_id",
  )

/** Both objects loaded, and a price that was created 1,000 s later for a product that has not come. */
async function waitingPrice(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(9, 0)], { from: 100 })
  await shadow.read("PricebookEntry", [price(9, 9, 0)], { from: 100 })
  await shadow.all(`
    update sf_shadow.object_state s set proof_read_id = (select max(r.read_id) from sf_shadow.read r where r.object = s.object)`)
  const folded = await shadow.apply(created("PricebookEntry", price(1, 1, 1000), 1000))
  assert.deepEqual(
    folded.map(({ result, events }) => [result, events]),
    [["waiting", 1]],
  )
  return shadow
}

test("a price that comes before its product is there with it, in the same transaction, and nothing is read again", async () => {
  const shadow = await waitingPrice()
  assert.equal(await shadow.row("PricebookEntry", priceId(1)), undefined)
  assert.deepEqual(await marks(shadow), [
    { object: "PricebookEntry", record_id: priceId(1), waits: true },
    { object: "Product2", record_id: productId(1), waits: true },
  ])
  await shadow.publish(created("Product2", product(1, 1000), 1000))
  await shadow.fold()
  assert.equal((await shadow.row("PricebookEntry", priceId(1)))?.unit_price, "9.99")
  assert.deepEqual(await marks(shadow), [])
  assert.equal((await shadow.state("PricebookEntry")).row_count, 2)
  assert.deepEqual((await shadow.invalidations("PricebookEntry")).at(-1)?.record_ids, [priceId(1)])
})

test("later events of the price wait behind the first, and are folded in their order", async () => {
  const shadow = await waitingPrice()
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 1001, { UnitPrice: 2 }))
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 1002, { IsActive: false }))
  assert.equal((await marks(shadow)).filter(({ waits }) => waits).length, 2)
  await shadow.apply(created("Product2", product(1, 1000), 1000))
  const row = await shadow.row("PricebookEntry", priceId(1))
  assert.deepEqual([row?.unit_price, row?.is_active], ["2.00", false])
  assert.deepEqual(row?.synced_at, at(1002))
  assert.deepEqual(await marks(shadow), [])
})

test("an event of the price that is received and not folded yet is left to its own fold, with the rest of its transaction", async () => {
  const shadow = await waitingPrice()
  await shadow.publish(event("PricebookEntry", "UPDATE", priceId(1), 1001, { UnitPrice: 2 }))
  const first = shadow.use(await shadow.openStream("/data/Product2ChangeEvent", ["Product2"]))
  await shadow.apply(created("Product2", product(1, 1000), 1000))
  assert.equal((await shadow.row("PricebookEntry", priceId(1)))?.unit_price, "9.99")
  shadow.use(first)
  await shadow.fold()
  assert.equal((await shadow.row("PricebookEntry", priceId(1)))?.unit_price, "2.00")
  assert.deepEqual(await marks(shadow), [])
})

test("until then the prices claim nothing later than the event that waits", async () => {
  const shadow = await waitingPrice()
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(9), 1500, { UnitPrice: 3 }))
  const claim = async () =>
    (
      await shadow.all<{ fresh_as_of: Date }>(
        "select fresh_as_of from sf_shadow_lag where object = 'PricebookEntry'",
      )
    )[0]?.fresh_as_of
  assert.deepEqual(await claim(), at(1000))
  await shadow.apply(created("Product2", product(1, 1000), 1000))
  assert.ok(((await claim()) as Date) >= at(1500))
})

test("a product that a page brings takes them along as well", async () => {
  const shadow = await waitingPrice()
  await shadow.read("Product2", [product(1, 1000), product(9, 0)], { from: 2000 })
  assert.equal((await shadow.row("PricebookEntry", priceId(1)))?.unit_price, "9.99")
  assert.deepEqual(await marks(shadow), [])
})

test("where the product does not come both are read again, as soon as its version is visible", async () => {
  const shadow = await waitingPrice()
  const ripe = async (object: string, seconds: number) =>
    (await shadow.all("select * from sf_shadow.ripe_marks($1, $2, 10)", object, at(seconds))).length
  assert.deepEqual([await ripe("PricebookEntry", 1010), await ripe("Product2", 1010)], [0, 0])
  assert.deepEqual([await ripe("PricebookEntry", 1012), await ripe("Product2", 1012)], [1, 1])
})

test("anything else in doubt is read again, whatever comes with the product", async () => {
  for (const doubt of ["GAP_UPDATE", "GAP_CREATE"]) {
    const shadow = await waitingPrice()
    await shadow.apply(event("PricebookEntry", doubt, priceId(1), 1001))
    await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 1002, { UnitPrice: 2 }))
    await shadow.apply(created("Product2", product(1, 1000), 1000))
    assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)], doubt)
    assert.deepEqual(await shadow.dirtyIds("Product2"), [])
  }
})

test("a doubt about the product stays, though it has come", async () => {
  const shadow = await waitingPrice()
  await shadow.apply(event("Product2", "GAP_CREATE", productId(1), 1000))
  await shadow.apply(created("Product2", product(1, 1000), 1001))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])
  assert.equal((await shadow.row("PricebookEntry", priceId(1)))?.unit_price, "9.99")
})

test("a price that was in doubt before does not wait", async () => {
  const shadow = await waitingPrice()
  await shadow.apply(event("PricebookEntry", "GAP_CREATE", priceId(2), 999))
  await shadow.apply(created("PricebookEntry", price(2, 1, 1000), 1000))
  await shadow.apply(created("Product2", product(1, 1000), 1000))
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(2)])
})

test("a price that is deleted while it waits stays deleted", async () => {
  const shadow = await waitingPrice()
  await shadow.apply(event("PricebookEntry", "DELETE", priceId(1), 1001))
  await shadow.apply(created("Product2", product(1, 1000), 1000))
  assert.equal(await shadow.row("PricebookEntry", priceId(1)), undefined)
  assert.equal((await shadow.tombstones("PricebookEntry")).length, 1)
})

test("a product that cannot be stored leaves them in doubt", async () => {
  const shadow = await waitingPrice()
  await shadow.apply(created("Product2", product(1, 1000, { StockKeepingUnit: null }), 1000))
  assert.equal((await shadow.rejects("Product2")).length, 1)
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
  assert.equal(await shadow.row("PricebookEntry", priceId(1)), undefined)
})

test("events of one price on two streams do not wait for each other: it is read again", async () => {
  const shadow = await waitingPrice()
  const first = shadow.use(await shadow.openStream("/data/Other", ["PricebookEntry"]))
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 1001, { UnitPrice: 2 }))
  shadow.use(first)
  await shadow.apply(created("Product2", product(1, 1000), 1000))
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
})

test("many that wait come at once, each under its own product", async () => {
  const shadow = await waitingPrice()
  const numbers = Array.from({ length: 60 }, (_, i) => i + 20)
  await shadow.apply(...numbers.map((n) => created("PricebookEntry", price(n, n % 2 ? 2 : 1, 1000), 1000)))
  await shadow.apply(created("Product2", product(1, 1000), 1000))
  assert.equal((await shadow.ids("PricebookEntry")).length, 2 + 30)
  await shadow.apply(created("Product2", product(2, 1000), 1000))
  assert.equal((await shadow.ids("PricebookEntry")).length, 2 + 60)
  assert.deepEqual(await marks(shadow), [])
})

test("an update of a missing product that a price waits for is not lost to a page from before it", async () => {
  const shadow = await waitingPrice()
  await shadow.apply(event("Product2", "UPDATE", productId(1), 1005, { Name: "new" }))
  // A page of a load, or a re-read, that was read before the update.
  await shadow.read("Product2", [product(1, 900)], { from: 1003 })
  const row = await shadow.row("Product2", productId(1))
  assert.ok(
    row?.raw_payload.Name === "new" || (await shadow.dirtyIds("Product2")).includes(productId(1)),
    "Product 1 is old, and nothing says so",
  )
})

test("a partial update does not vouch for a row of which an event still waits", async () => {
  const shadow = await waitingPrice()
  // Waits: sets the price to 3.
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 1001, { UnitPrice: 3 }))
  // The product comes, itself in doubt: the price goes on waiting.
  await shadow.apply(
    created("Product2", product(1, 1000), 1000),
    event("Product2", "GAP_UPDATE", productId(1), 1000),
  )
  assert.notEqual(await shadow.row("Product2", productId(1)), undefined)
  // A page that was read before the update was visible.
  await shadow.read("PricebookEntry", [price(1, 1, 1000)], { from: 1000 })
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 1500, { IsActive: false }))
  const row = await shadow.row("PricebookEntry", priceId(1))
  assert.ok(
    row?.unit_price === "3.00" || (row?.synced_at as Date) < at(1001),
    `price ${row?.unit_price} claims ${row?.synced_at.toISOString()}`,
  )
})

test("a price that was read as gone while it waited stays in doubt where an update of it follows", async () => {
  const shadow = await waitingPrice()
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 1020, { UnitPrice: 2 }))
  await shadow.read("PricebookEntry", [], { from: 1015, missing: [priceId(1)] })
  await shadow.apply(created("Product2", product(1, 1000), 1000))
  assert.equal(await shadow.row("PricebookEntry", priceId(1)), undefined)
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
})

test("a price that cannot be stored is a reject when its product comes, and waits no more", async () => {
  const shadow = await waitingPrice()
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 1001, { UnitPrice: null }))
  await shadow.apply(created("Product2", product(1, 1000), 1000))
  assert.deepEqual(
    (await shadow.rejects("PricebookEntry")).map(({ record_id }) => record_id),
    [priceId(1)],
  )
  assert.deepEqual(await marks(shadow), [])
})
