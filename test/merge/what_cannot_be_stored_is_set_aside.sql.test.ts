import assert from "node:assert/strict"
import { test } from "node:test"
import { mark } from "../../src/base/unstorable.ts"
import { asRead, created, event, price, priceId, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const unstorable: [string, Record<string, unknown>, string, RegExp][] = [
  ["a price that is missing", { UnitPrice: null }, "23502", /UnitPrice is empty/],
  ["a price that does not fit", { UnitPrice: 12345678901.5 }, "22003", /12345678901\.5.*numeric\(12,2\)/],
  [
    "a price with more decimals than its column",
    { UnitPrice: 9.995 },
    "22003",
    /9\.995, which does not fit unit_price/,
  ],
  ["a price that is no number", { UnitPrice: "free" }, "22P02", /UnitPrice is free/],
  ["a price that is not a number by its own word", { UnitPrice: "NaN" }, "22003", /NaN/],
  ["a truth value that is none", { IsActive: "perhaps" }, "22P02", /IsActive is perhaps/],
]

for (const [what, fields, sqlstate, reason] of unstorable) {
  test(`${what} is a reject ${sqlstate}; the others of its batch are stored`, async () => {
    const shadow = await Shadow.open()
    await shadow.read("Product2", [product(1, 0)], { from: 20 })
    const counts = await shadow.read("PricebookEntry", [price(1, 1, 0, fields), price(2, 1, 0)], { from: 20 })
    assert.deepEqual([counts.inserted, counts.rejected], [1, 1])
    assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(2)])
    const [reject] = await shadow.rejects("PricebookEntry")
    assert.equal(reject?.sqlstate, sqlstate)
    assert.match(reject?.reason ?? "", reason)
    assert.equal(JSON.parse(reject?.payload.toString() ?? "").Id, priceId(1))
    assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [])
  })
}

test("trailing zeros are not decimals", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0, { UnitPrice: "9.9900" })], { from: 20 })
  assert.equal((await shadow.row("PricebookEntry", priceId(1)))?.unit_price, "9.99")
})

test("a product without SKU is a reject, by a read and by an event", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0, { StockKeepingUnit: "" }), product(2, 0)], { from: 20 })
  await shadow.apply(
    created("Product2", product(3, 60, { StockKeepingUnit: null }), 60),
    created("Product2", product(4, 60), 60),
  )
  assert.deepEqual(await shadow.ids("Product2"), [productId(2), productId(4)])
  const rejects = await shadow.rejects("Product2")
  assert.deepEqual(
    rejects.map(({ record_id, sqlstate }) => [record_id, sqlstate]),
    [
      [productId(1), "23502"],
      [productId(3), "23502"],
    ],
  )
})

const marked: [what: string, reason: RegExp, payload: string][] = [
  ["u0000", /^Description holds a NUL \(\\u0000\), which Postgres cannot store$/, "a\\u0000b"],
  ["ud83d", /^Description holds half of a character \(\\ud83d\), which/, "a\\ud83db"],
  ["xef", /^Description holds a byte that is not UTF-8 \(\\xef\), which/, "a\\xefb"],
]

for (const [what, reason, payload] of marked) {
  test(`a text with what Postgres cannot hold, \\${what}, is a reject that says so and shows the place`, async () => {
    const shadow = await Shadow.open()
    const bad = product(1, 0, { Description: `a${mark(what)}b` })
    const good = product(2, 0, { Description: "\ue000, \ue000u0041\ue000 and \\u0000" })
    await shadow.read("Product2", [bad, good], { from: 20, hasMarks: true })
    assert.deepEqual(await shadow.ids("Product2"), [productId(2)])
    const [reject] = await shadow.rejects("Product2")
    assert.equal(reject?.sqlstate, "22021")
    assert.match(reject?.reason ?? "", reason)
    assert.ok(reject?.payload.includes(`"Description": "${payload}"`), reject?.payload.toString())

    const answers = await shadow.all<{ error: string | null }>(
      "select error from sf_shadow_records_to_rows('Product2', $1)",
      JSON.stringify([good, bad].map((record) => asRead("Product2", record))),
    )
    assert.equal(answers[0]?.error, null)
    assert.equal(answers[1]?.error, `${productId(1)}: ${reject?.reason}`)
  })
}

test("an older row of a rejected record stays, and the record's next good version replaces it", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 50, { UnitPrice: 0.001 })], { from: 100 })
  assert.equal((await shadow.row("PricebookEntry", priceId(1)))?.unit_price, "9.99")
  assert.equal((await shadow.rejects("PricebookEntry")).length, 1)
  assert.equal((await shadow.state("PricebookEntry")).row_count, 1)

  await shadow.read("PricebookEntry", [price(1, 1, 60, { UnitPrice: 0.01 })], { from: 150 })
  assert.equal((await shadow.row("PricebookEntry", priceId(1)))?.unit_price, "0.01")
  assert.deepEqual(await shadow.rejects("PricebookEntry"), [])
})

test("an update of a rejected record is read again: its row is older than the version that was refused", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.read("Product2", [product(1, 50, { StockKeepingUnit: null, VPN_Region__c: "EU" })], {
    from: 100,
  })
  await shadow.apply(event("Product2", "UPDATE", productId(1), 120, { StockKeepingUnit: "SKU-new" }))
  assert.equal((await shadow.row("Product2", productId(1)))?.sku, "SKU-1")
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])
  await shadow.read("Product2", [product(1, 120, { StockKeepingUnit: "SKU-new", VPN_Region__c: "EU" })], {
    from: 140,
  })
  assert.equal((await shadow.row("Product2", productId(1)))?.vpn_region, "EU")
  assert.deepEqual(await shadow.rejects("Product2"), [])
})

test("the same bad record again counts an attempt", async () => {
  const shadow = await Shadow.open()
  for (const from of [20, 50])
    await shadow.read("Product2", [product(1, 0, { StockKeepingUnit: null })], { from })
  const [reject] = await shadow.rejects("Product2")
  assert.equal(reject?.attempts, 2)
})

test("a rejected record that is gone in Salesforce is no reject any more", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0, { StockKeepingUnit: null })], { from: 20 })
  await shadow.read("Product2", [], { from: 100, missing: [productId(1)] })
  assert.deepEqual(await shadow.rejects("Product2"), [])
})

test("a price of a rejected product is a reject, and comes when the product is mended", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0, { StockKeepingUnit: null })], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0)], { from: 20 })
  const [reject] = await shadow.rejects("PricebookEntry")
  assert.equal(reject?.sqlstate, "23503")
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])

  await shadow.read("Product2", [product(1, 50)], { from: 100 })
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
  await shadow.read("PricebookEntry", [price(1, 1, 0)], { from: 120 })
  assert.deepEqual(await shadow.ids("PricebookEntry"), [priceId(1)])
  assert.deepEqual(await shadow.rejects("PricebookEntry"), [])
})

test("an event that the bus repeats brings no version back that is older than the one that was refused", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(event("Product2", "DELETE", productId(1), 100))
  const { Id, SystemModstamp: _, IsDeleted: __, ...fields } = product(1, 0)
  const undeleted = event("Product2", "UNDELETE", Id, 110, fields)
  await shadow.apply(undeleted, event("Product2", "UPDATE", Id, 111, { StockKeepingUnit: null }))
  await shadow.read("Product2", [product(1, 111, { StockKeepingUnit: null })], { from: 130 })
  await shadow.clearMarks("Product2")
  assert.deepEqual(await shadow.ids("Product2"), [])

  await shadow.apply({ ...undeleted, replay_id: "00000000ffffffff0000" })
  assert.deepEqual(await shadow.ids("Product2"), [])
  assert.equal((await shadow.rejects("Product2")).length, 1)
  assert.deepEqual(await shadow.dirtyIds("Product2"), [], "it says nothing new")

  await shadow.apply(event("Product2", "UNDELETE", Id, 110, fields))
  assert.deepEqual(await shadow.ids("Product2"), [], "another one from before the refusal proves nothing")
  assert.deepEqual(await shadow.dirtyIds("Product2"), [Id])
})

test("a text that is too long for an index of its column is a reject; the others of its batch are stored", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.pool.query("create index on sf_product_shadow (name)")
  // Of no pattern, so that it cannot be compressed below the 2,704 bytes that an index takes.
  const long = Array.from({ length: 6_000 }, (_, i) =>
    String.fromCodePoint(0x4e00 + ((i * 7_919) % 20_000)),
  ).join("")
  await shadow.read("Product2", [product(1, 0, { Name: long }), product(2, 0)], { from: 20 })
  assert.deepEqual(await shadow.ids("Product2"), [productId(2)])
  assert.equal((await shadow.rejects("Product2"))[0]?.sqlstate, "54000")
})
