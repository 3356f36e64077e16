import assert from "node:assert/strict"
import { test } from "node:test"
import { account, accountId, created, event, price, priceId, product, productId } from "../harness/records.ts"
import { onlyIds, runThrough } from "../harness/runs.ts"
import { changeSku, withSku } from "../harness/skus.ts"
import { historyFaults, keepingVersions, versionsOf } from "../harness/versions.ts"

const eligible = (n: number, seconds: number, value: string | null) =>
  event("Account", "UPDATE", accountId(n), seconds, { Internet_Eligibility__c: value })
const found = (n: number, seconds: number, value: string) =>
  account(n, seconds, { Internet_Eligibility__c: value })

test("a version begins at the record's own time, ends where the next one begins, and equal content makes none", async () => {
  const shadow = await keepingVersions("Account")
  const eligibility = (n: number) => versionsOf(shadow, "Account", accountId(n), "internet_eligibility")
  await shadow.read("Account", [found(1, 0, "Fibre"), found(2, 5, "None")], { from: 20 })
  assert.deepEqual(await eligibility(1), [["Fibre", 0, null]])
  await shadow.apply(eligible(1, 100, "Cable"))
  await shadow.apply(
    eligible(1, 200, "Cable"),
    event("Account", "UPDATE", accountId(2), 200, { Name: "unmapped" }),
  )
  await shadow.read("Account", [found(1, 300, "Cable")], { from: 400 })
  assert.deepEqual(await eligibility(1), [
    ["Fibre", 0, 100],
    ["Cable", 100, null],
  ])
  assert.deepEqual(await eligibility(2), [["None", 5, null]])
  await shadow.read("Account", [found(1, 500, "Fibre")], { from: 600 })
  await shadow.apply(created("Account", found(3, 550, "Fibre"), 550), eligible(1, 700, null))
  assert.deepEqual(await eligibility(1), [
    ["Fibre", 0, 100],
    ["Cable", 100, 500],
    ["Fibre", 500, 700],
    [null, 700, null],
  ])
  assert.deepEqual(await eligibility(3), [["Fibre", 550, null]])
})

test("of several changes in one batch the last is a version: the ones before were never in the shadow", async () => {
  const shadow = await keepingVersions("Account")
  await shadow.read("Account", [found(1, 0, "Fibre")], { from: 20 })
  await shadow.apply(
    eligible(1, 100, "Cable"),
    eligible(1, 110, "None"),
    eligible(1, 120, "Fibre"),
    eligible(1, 130, "Cable"),
  )
  assert.deepEqual(await versionsOf(shadow, "Account", accountId(1), "internet_eligibility"), [
    ["Fibre", 0, 130],
    ["Cable", 130, null],
  ])
})

for (const [way, remove, endedAt] of [
  ["an event", (shadow) => shadow.apply(event("Account", "DELETE", accountId(1), 100)), 100],
  [
    "a page of a load",
    (shadow) => shadow.read("Account", [account(1, 90, { IsDeleted: true })], { from: 120 }),
    90,
  ],
  [
    "a re-read that does not find it",
    (shadow) => shadow.read("Account", [], { from: 120, to: 125, missing: [accountId(1)] }),
    125,
  ],
  [
    "an Id comparison",
    (shadow) => runThrough(shadow, "Account", "ids", onlyIds([accountId(2)]), { from: 130, to: 140 }),
    140,
  ],
] as [string, (shadow: Awaited<ReturnType<typeof keepingVersions>>) => Promise<unknown>, number][]) {
  test(`a delete by ${way} ends the last version, which says so and stays; what returns is a new one`, async () => {
    const shadow = await keepingVersions("Account")
    await runThrough(shadow, "Account", "full", [found(1, 0, "Fibre"), found(2, 0, "None")], { from: 20 })
    await remove(shadow)
    assert.deepEqual(await shadow.ids("Account"), [accountId(2)])
    const eligibility = () => versionsOf(shadow, "Account", accountId(1), "internet_eligibility")
    assert.deepEqual(await eligibility(), [["Fibre", 0, endedAt, "deleted"]])
    const { Id: _, SystemModstamp: __, IsDeleted: ___, ...fields } = found(1, 0, "Fibre")
    await shadow.apply(event("Account", "UNDELETE", accountId(1), 500, fields))
    assert.deepEqual(await eligibility(), [
      ["Fibre", 0, endedAt, "deleted"],
      ["Fibre", 500, null],
    ])
  })
}

test("what leaves a filter was not deleted, and its last version does not say so; what is deleted within it does", async () => {
  const shadow = await keepingVersions("Account")
  await shadow.all(
    "update sf_shadow.object set filter = 'Internet_Eligibility__c != null', filter_fields = '{Internet_Eligibility__c}' where object = 'Account'",
  )
  const all = [1, 2, 3, 4].map((n) => found(n, 0, "Fibre"))
  await runThrough(shadow, "Account", "full", all, { from: 20 })
  const eligibility = (n: number) => versionsOf(shadow, "Account", accountId(n), "internet_eligibility")
  await shadow.apply(eligible(1, 100, null), event("Account", "DELETE", accountId(2), 100))
  await shadow.read("Account", [account(3, 90, { IsDeleted: true })], {
    from: 112,
    to: 113,
    missing: [accountId(1)],
  })
  assert.deepEqual(await eligibility(1), [
    ["Fibre", 0, 100],
    [null, 100, 113],
  ])
  assert.deepEqual(await eligibility(2), [["Fibre", 0, 100, "deleted"]])
  assert.deepEqual(await eligibility(3), [["Fibre", 0, 90, "deleted"]])
  await runThrough(shadow, "Account", "ids", onlyIds([]), { from: 130, to: 140 })
  assert.deepEqual(await eligibility(4), [["Fibre", 0, 140]])
})

test("children go with their parent, at its time; one that stands unchanged after all goes on with its version", async () => {
  const shadow = await keepingVersions("Product2", "PricebookEntry")
  await shadow.read("Product2", [product(1, 0), product(2, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0), price(2, 1, 0)], { from: 20 })
  await shadow.apply(event("Product2", "DELETE", productId(1), 100))
  const prices = (n: number) => versionsOf(shadow, "PricebookEntry", priceId(n), "unit_price")
  assert.deepEqual(await prices(1), [["9.99", 0, 100, "deleted"]])
  assert.deepEqual(await versionsOf(shadow, "Product2", productId(1), "sku"), [["SKU-1", 0, 100, "deleted"]])
  await shadow.read(
    "PricebookEntry",
    [price(1, 2, 0, { UnitPrice: 8 }), price(2, 2, 0, { Product2Id: productId(2) })],
    { from: 300 },
  )
  assert.deepEqual(await prices(1), [
    ["9.99", 0, 100, "deleted"],
    ["8.00", 100, null],
  ])
})

test("a row that gives way ends its version without a delete, and so do its children's", async () => {
  const shadow = await keepingVersions("Product2", "PricebookEntry")
  await shadow.pool.query(
    "update sf_shadow.salesforce_clock set ahead_at_least = $1::timestamptz - now(), ahead_at_most = '1 day'",
    ["2026-06-01T10:05:00Z"],
  )
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B")], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0)], { from: 20 })
  await shadow.apply(changeSku(1, 100, null))
  await shadow.apply(changeSku(2, 110, "A"))
  assert.deepEqual(await shadow.ids("PricebookEntry"), [])
  const [[sku, from, to, ...more] = []] = await versionsOf(shadow, "Product2", productId(1), "sku")
  assert.deepEqual([sku, from, typeof to, more], ["A", 0, "number", []])
  assert.ok(Number(to) >= 300)
  assert.deepEqual(await versionsOf(shadow, "Product2", productId(2), "sku"), [
    ["B", 0, 110],
    ["A", 110, null],
  ])
  const [[, , , ...childMore] = []] = await versionsOf(shadow, "PricebookEntry", priceId(1), "unit_price")
  assert.deepEqual(childMore, [])
})

test("products that exchange their SKUs have a version each", async () => {
  const shadow = await keepingVersions("Product2")
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B")], { from: 20 })
  await shadow.apply(changeSku(1, 100, "B"), changeSku(2, 101, "A"))
  assert.deepEqual(await versionsOf(shadow, "Product2", productId(1), "sku"), [
    ["A", 0, 100],
    ["B", 100, null],
  ])
  assert.deepEqual(await versionsOf(shadow, "Product2", productId(2), "sku"), [
    ["B", 0, 101],
    ["A", 101, null],
  ])
})

test("a difference that has no later time of its own counts from the read that showed it, and never overlaps", async () => {
  const shadow = await keepingVersions("Account")
  const eligibility = () => versionsOf(shadow, "Account", accountId(1), "internet_eligibility")
  await shadow.read("Account", [found(1, 0, "Fibre")], { from: 20 })
  // Without another stamp, as a formula changes.
  await shadow.read("Account", [found(1, 0, "Cable")], { from: 100 })
  assert.deepEqual(await eligibility(), [
    ["Fibre", 0, 90],
    ["Cable", 90, null],
  ])
  await shadow.read("Account", [found(1, 50, "None")], { from: 200 })
  assert.deepEqual(await eligibility(), [
    ["Fibre", 0, 90],
    ["Cable", 90, 190],
    ["None", 190, null],
  ])
  // Twice in one transaction: nobody has seen the first.
  await shadow.apply(eligible(1, 300, "Fibre"))
  await shadow.apply(eligible(1, 300, "Cable"))
  assert.deepEqual((await eligibility()).slice(2), [
    ["None", 190, 300],
    ["Cable", 300, null],
  ])
  await shadow.apply(event("Account", "DELETE", accountId(1), 300))
  assert.deepEqual((await eligibility()).slice(3), [["Cable", 300, 300, "deleted"]])
})

test("a load that finds what is there writes no version", async () => {
  const shadow = await keepingVersions("Account")
  const records = [found(1, 0, "Fibre"), found(2, 0, "None")]
  const places = () =>
    shadow.all("select ctid::text, xmin::text from sf_account_eligibility_shadow_history order by account_id")
  await runThrough(shadow, "Account", "full", records, { from: 20 })
  const written = await places()
  for (const [kind, from] of [
    ["full", 1_000],
    ["delta", 1_050],
  ] as const)
    await runThrough(shadow, "Account", kind, records, { from })
  assert.deepEqual(await places(), written)
})

test("a version that is not written, or written by another hand, is found by what the histories are checked with", async () => {
  const shadow = await keepingVersions("Account")
  await shadow.read("Account", [found(1, 0, "Fibre")], { from: 20 })
  assert.deepEqual(await historyFaults(shadow.pool), [])
  await shadow.pool.query("update sf_account_eligibility_shadow set internet_eligibility = 'by hand'")
  assert.equal((await historyFaults(shadow.pool)).length, 1)
  await assert.rejects(
    shadow.pool.query(
      "insert into sf_account_eligibility_shadow_history (account_id, valid_from) values ($1, now())",
      [accountId(1)],
    ),
    { code: "23505" },
  )
  await assert.rejects(
    shadow.pool.query(
      "update sf_account_eligibility_shadow_history set valid_to = valid_from - interval '1 s'",
    ),
    { code: "23514" },
  )
})
