import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { accountId, at, created, event, price, product, productId, stamp } from "../harness/records.ts"
import {
  completeJob,
  createJob,
  finishRun,
  mergePage,
  onlyIds,
  readRun,
  runThrough,
  startRun,
} from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const products = [1, 2, 3].map((n) => product(n, 0))

let shadow: Shadow
beforeEach(async () => {
  shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", products, { from: 100 })
})

/** What the object claims: everything before it is applied. */
const claim = (seconds: number) =>
  shadow.apply(event("Account", "UPDATE", accountId(9), seconds, { Name: "somebody else" }))

/** Which version of each row stands where: another one after any write. */
const written = () =>
  shadow.all<{ id: string; place: string; synced_at: Date }>(
    "select product_id as id, ctid::text as place, synced_at from sf_product_shadow order by product_id",
  )

/** The run that has seen every row last. */
async function fullReadFrom(): Promise<Date | undefined> {
  const [read] = await shadow.all<{ read_from: Date }>(
    `select r.read_from from sf_shadow.read r join sf_shadow.object_state s on s.full_read_id = r.read_id
     where s.object = 'Product2'`,
  )
  return read?.read_from
}

test("a load, a delta and a re-read that find nothing new write no row, and tell nobody", async () => {
  await claim(1_000)
  const [rows, told] = [await written(), await shadow.invalidations("Product2")]
  for (const [kind, from] of [
    ["full", 1_000],
    ["delta", 1_050],
  ] as const) {
    const run = await runThrough(shadow, "Product2", kind, products, { from })
    assert.deepEqual([run.state, run.inserted, run.unchanged], ["complete", 0, 3])
  }
  assert.equal((await shadow.read("Product2", products, { from: 1_100 })).unchanged, 3)
  assert.deepEqual(await written(), rows)
  assert.deepEqual(await shadow.invalidations("Product2"), told)
})

test("what differs, bears the same stamp and cannot be ordered is in doubt", async () => {
  await claim(1_000)
  await shadow.read("Product2", [product(1, 0, { Name: "one" })], { from: 1_000, to: 1_010 })
  const other = { from: 1_005, to: 1_015 }
  const { dirty, unchanged } = await shadow.read("Product2", [product(1, 0, { Name: "two" })], other)
  assert.deepEqual([dirty, unchanged], [1, 0])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])
})

test("an absence that is read again is known as of the later read: what is older does not bring the record back", async () => {
  await claim(1_000)
  for (const from of [200, 1_000])
    await shadow.read("Product2", [product(1, 50, { IsDeleted: true })], { from })
  await shadow.apply(created("Product2", product(1, 500), 500))
  assert.deepEqual(await shadow.ids("Product2"), [2, 3].map(productId))
})

test("what differs in any stored field is written: a formula, a later stamp, a column mended by hand", async () => {
  await claim(1_000)
  await shadow.pool.query("update sf_product_shadow set name = 'by hand' where product_id = $1", [
    productId(3),
  ])
  const [one, two, three] = await written()
  const later = [
    product(1, 0, { Label__c: "another" }),
    { ...product(2, 0), SystemModstamp: stamp(5) },
    product(3, 0),
  ]
  await runThrough(shadow, "Product2", "full", later, { from: 1_000 })
  const after = await written()
  assert.deepEqual(
    after.map(({ place }, n) => place === [one, two, three][n]?.place),
    [false, false, false],
  )
  const row = await shadow.row("Product2", productId(3))
  assert.equal(row?.name, "Product 3")
})

test("where the object claims nothing, or has a hole, each row says until when it was right", async () => {
  await runThrough(shadow, "Product2", "full", products, { from: 1_000 })
  assert.deepEqual((await written())[0]?.synced_at, at(990), "no event has ever been applied")
  await claim(1_500)
  await runThrough(shadow, "Product2", "full", products, { from: 5_000 })
  assert.deepEqual((await written())[0]?.synced_at, at(4_990), "the claim stands still")
  await claim(6_000)
  await shadow.pool.query("select sf_shadow._open_hole('Product2', $1, $2, 'test')", [at(5_500), at(5_600)])
  await runThrough(shadow, "Product2", "full", products, { from: 6_000 })
  assert.deepEqual((await written())[0]?.synced_at, at(5_990))
})

test("a record in doubt, or one that was refused, is written, so that the read which settles it is in its row", async () => {
  await claim(1_000)
  await shadow.apply(event("Product2", "GAP_UPDATE", productId(2), 1_001, {}))
  const before = await written()
  await shadow.read("Product2", products, { from: 1_100 })
  assert.deepEqual(
    (await written()).map(({ synced_at }, n) => synced_at.getTime() === before[n]?.synced_at.getTime()),
    [true, false, true],
  )
})

test("a record that a load has seen and left alone is not deleted by a comparison that overlaps it", async () => {
  await claim(1_000)
  await runThrough(shadow, "Product2", "full", products, { from: 1_000, to: 1_100 })
  const ids = onlyIds([productId(1), productId(2)])
  await runThrough(shadow, "Product2", "ids", ids, { from: 1_050, to: 1_060 })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(3)])
})

test("of a record in doubt a load tells no beginning: an event that is older than the load is applied", async () => {
  await claim(1_000)
  await shadow.read("Product2", [product(1, 980, { Name: "as read" })], { from: 985, to: 995 })
  const page = [product(1, 986, { Name: "as loaded" }), product(2, 0), product(3, 0)]
  await runThrough(shadow, "Product2", "full", page, { from: 1_000 })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])
  await shadow.apply(event("Product2", "UPDATE", productId(1), 988, { Name: "as told" }))
  assert.equal((await shadow.row("Product2", productId(1)))?.name, "as told")
})

test("of a record in doubt a load tells its end: a comparison that overlaps the load does not delete it", async () => {
  await claim(1_000)
  await runThrough(shadow, "Product2", "full", products, { from: 1_000, to: 1_100 })
  await shadow.apply(event("Product2", "GAP_UPDATE", productId(1), 1_001, {}))
  await runThrough(shadow, "Product2", "ids", onlyIds([productId(2), productId(3)]), {
    from: 1_050,
    to: 1_060,
  })
  assert.equal((await shadow.ids("Product2")).includes(productId(1)), true)
})

test("a comparison that began after the load deletes what it does not see", async () => {
  await claim(1_000)
  await runThrough(shadow, "Product2", "full", products, { from: 1_000, to: 1_100 })
  const ids = onlyIds([productId(1), productId(2)])
  await runThrough(shadow, "Product2", "ids", ids, { from: 1_150 })
  assert.deepEqual(await shadow.ids("Product2"), [productId(1), productId(2)])
})

test("an older read, and an older event, do not win over what a complete load has seen", async () => {
  await claim(1_000)
  await runThrough(shadow, "Product2", "full", products, { from: 1_000, to: 1_100 })
  await shadow.read("Product2", [product(1, 0, { Name: "older" })], { from: 900 })
  await shadow.apply(event("Product2", "UPDATE", productId(2), 980, { Name: "older" }))
  assert.deepEqual(
    (await shadow.all<{ name: string }>("select name from sf_product_shadow order by product_id")).map(
      ({ name }) => name,
    ),
    ["Product 1", "Product 2", "Product 3"],
  )
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})

test("a load during which an older event is applied counts for no row; the one before it still does", async () => {
  await claim(1_000)
  await runThrough(shadow, "Product2", "full", products, { from: 1_000 })
  assert.deepEqual(await fullReadFrom(), at(1_000))
  await claim(2_000)
  const run = await startRun(shadow, "Product2", "full", { from: 2_000, expected: 3 })
  await mergePage(shadow, run, 1, products)
  await shadow.apply(event("Product2", "UPDATE", productId(1), 1_500, { Name: "late" }))
  await finishRun(shadow, run, 3)
  assert.deepEqual(await fullReadFrom(), at(1_000))
})

test("a load that counts for no row counts again when its job is made anew", async () => {
  await claim(2_000)
  const run = await startRun(shadow, "Product2", "full", { from: 2_000, expected: 3 })
  await shadow.apply(event("Product2", "UPDATE", productId(1), 1_500, { Name: "late" }))
  await shadow.all("select sf_shadow.renew_job($1, '750', 'the job is gone', 0)", run)
  await createJob(shadow, run, { from: 2_100, job: "751" })
  await completeJob(shadow, run, { to: 2_101, expected: 3, job: "751" })
  await mergePage(shadow, run, (await readRun(shadow, run)).pages + 1, products)
  await finishRun(shadow, run, 3)
  assert.deepEqual(await fullReadFrom(), at(2_100))
})

test("the read of the load that counts outlives what else is forgotten", async () => {
  await runThrough(shadow, "Product2", "full", products, { from: 1_000 })
  await runThrough(shadow, "Product2", "ids", onlyIds(products.map(({ Id }) => Id)), { from: 2_000 })
  await shadow.pool.query("select sf_shadow.maintain()")
  assert.deepEqual(await fullReadFrom(), at(1_000))
})

/** What another one may have seen later is read again, and said to be in doubt until then. */
const assertInDoubt = async (n: number) => assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(n)])

test("an older Id comparison that ends during a load deletes nothing that the load may have seen", async () => {
  await claim(1_000)
  const ids = await startRun(shadow, "Product2", "ids", { from: 900, to: 1_200, expected: 2 })
  const run = await startRun(shadow, "Product2", "full", { from: 1_000, expected: 3 })
  await mergePage(shadow, run, 1, products)
  await mergePage(shadow, ids, 1, onlyIds([productId(1), productId(2)]))
  await finishRun(shadow, ids, 2)
  await finishRun(shadow, run, 3)
  assert.deepEqual(await shadow.ids("Product2"), [productId(1), productId(2), productId(3)])
  await assertInDoubt(3)
})

test("what an older re-read changes or misses during a load is in doubt", async () => {
  await claim(1_000)
  const run = await startRun(shadow, "Product2", "full", { from: 1_000, expected: 3 })
  await mergePage(shadow, run, 1, products)
  // What was not there is no row that the load could have seen later.
  await shadow.read("Product2", [{ ...product(1, 0), Label__c: "older" }, product(4, 0)], {
    from: 900,
    to: 950,
    missing: [productId(3)],
  })
  await finishRun(shadow, run, 3)
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1), productId(3)])
})

test("a re-read that begins after a load's job was complete decides as ever", async () => {
  await claim(1_000)
  const run = await startRun(shadow, "Product2", "full", { from: 1_000, expected: 3 })
  await mergePage(shadow, run, 1, products)
  await shadow.read("Product2", [product(1, 1_050, { Name: "later" })], { from: 1_060 })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})

test("a record of which an older event is applied during a load is read again", async () => {
  await shadow.read("Product2", [product(1, 1_000, { Name: "A" })], { from: 1_009 })
  await claim(1_300)
  const run = await startRun(shadow, "Product2", "full", { from: 1_300, expected: 3 })
  await mergePage(shadow, run, 1, [product(1, 1_000, { Name: "A" }), product(2, 0), product(3, 0)])
  await shadow.apply(event("Product2", "UPDATE", productId(1), 1_004, { Name: "B" }))
  await finishRun(shadow, run, 3)
  await assertInDoubt(1)
})

test("events that come in their turn of a long backlog are applied during a load without a doubt", async () => {
  await claim(200)
  const run = await startRun(shadow, "Product2", "full", { from: 1_300, expected: 3 })
  await shadow.apply(event("Product2", "UPDATE", productId(1), 300, { Name: "in its turn" }))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
  await mergePage(shadow, run, 1, products)
})

test("a changed default of a typed column reaches the rows", async () => {
  const another = await Shadow.openAnother()
  const setDefault = (value: string) =>
    another.pool.query("update sf_shadow.field set default_value = $1 where column_name = 'unit_price'", [
      value,
    ])
  await setDefault("1")
  await another.read("Product2", [product(1, 0)], { from: 100 })
  await another.read("PricebookEntry", [price(1, 1, 0, { UnitPrice: null })], { from: 100 })
  await setDefault("2")
  assert.deepEqual(await another.all("select sf_shadow.fields_to_columns('PricebookEntry') as rows"), [
    { rows: 1 },
  ])
  assert.deepEqual(await another.all("select unit_price::text from sf_pricebook_shadow"), [
    { unit_price: "2.00" },
  ])
})

test("a row that a load has just seen is no older for whoever asks for its refresh, or hears of an old delete of its parent", async () => {
  await runThrough(shadow, "PricebookEntry", "full", [price(1, 1, 0)], { from: 100 })
  await claim(90_000)
  await runThrough(shadow, "Product2", "full", products, { from: 90_000 })
  await runThrough(shadow, "PricebookEntry", "full", [price(1, 1, 0)], { from: 90_000 })
  await shadow.apply(event("Product2", "DELETE", productId(1), 200, {}))
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [])
  await shadow.pool.query("select sf_shadow_refresh('Product2', $1)", [[productId(1)]])
  await shadow.pool.query("select sf_shadow.requests_to_dirty('Product2')")
  assert.deepEqual(
    (await shadow.dirty("Product2")).map(({ since }) => since),
    [at(89_990)],
  )
})
