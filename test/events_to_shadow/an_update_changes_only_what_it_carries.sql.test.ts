import assert from "node:assert/strict"
import { test } from "node:test"
import { account, accountId, at, created, event, product, productId, stamp } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

test("an update changes the fields it carries, in column and payload, and keeps the others", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  const before = await shadow.row("Product2", productId(1))
  await shadow.apply(event("Product2", "UPDATE", productId(1), 60, { Name: "Renamed", Description: "new" }))

  const after = await shadow.row("Product2", productId(1))
  assert.equal(after?.name, "Renamed")
  assert.deepEqual(after?.raw_payload, { ...before?.raw_payload, Name: "Renamed", Description: "new" })
  assert.equal(after?.sku, "SKU-1")
  assert.equal(after?.plan_tier, "Gold")
  assert.deepEqual(after?.updated_at, at(60))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})

test("a nulled field becomes null in column and payload", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(event("Product2", "UPDATE", productId(1), 60, { Internet_Plan_Tier__c: null }))
  const row = await shadow.row("Product2", productId(1))
  assert.equal(row?.plan_tier, null)
  assert.equal(row?.raw_payload.Internet_Plan_Tier__c, null)
  assert.equal("Internet_Plan_Tier__c" in (row?.raw_payload ?? {}), true)
})

test("several events of one record in one batch fold in stream order", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(
    created("Product2", product(1, 0), 10),
    event("Product2", "UPDATE", productId(1), 10, { Name: "second", VPN_Region__c: "EU" }),
    event("Product2", "UPDATE", productId(1), 11, { Name: "third" }),
  )
  const row = await shadow.row("Product2", productId(1))
  assert.equal(row?.name, "third")
  assert.equal(row?.vpn_region, "EU")
  assert.equal(row?.sku, "SKU-1")
  assert.deepEqual(row?.updated_at, at(11))
})

test("one event with several record ids changes each of them", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0), product(2, 0), product(3, 0)], { from: 20 })
  await shadow.apply(
    event("Product2", "UPDATE", [productId(1), productId(3)], 60, { Item_Class__c: "Device" }),
  )
  const rows = await shadow.all("select item_class from sf_product_shadow order by product_id")
  assert.deepEqual(rows, [{ item_class: "Device" }, { item_class: "Plan" }, { item_class: "Device" }])
})

test("an account keeps only mapped fields, from reads and from events", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Account", [account(1, 0, { Name: "Jane Doe", BillingStreet: "Main Street 1" })], {
    from: 20,
  })
  await shadow.apply(
    event("Account", "UPDATE", accountId(1), 60, {
      Internet_Eligibility__c: "None",
      BillingStreet: "Side Street 2",
    }),
    created("Account", account(2, 60, { Name: "John Doe", BillingStreet: "Back Street 3" }), 61),
  )
  const payload = { Internet_Eligibility__c: "None", Internet_Eligibility_Status__c: "Checked" }
  assert.deepEqual((await shadow.row("Account", accountId(1)))?.raw_payload, { Id: accountId(1), ...payload })
  const second = await shadow.row("Account", accountId(2))
  assert.deepEqual(second?.raw_payload, { Id: accountId(2), ...payload, Internet_Eligibility__c: "Fibre" })
  assert.equal((await shadow.row("Account", accountId(1)))?.internet_eligibility, "None")
})

test("an update of nothing that is mirrored leaves the row as it is", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Account", [account(1, 0)], { from: 20 })
  const before = await shadow.row("Account", accountId(1))
  await shadow.apply(event("Account", "UPDATE", accountId(1), 60, { BillingStreet: "Side Street 2" }))
  assert.deepEqual(await shadow.row("Account", accountId(1)), before)
  assert.equal((await shadow.invalidations("Account")).length, 1)
  assert.deepEqual(await shadow.dirtyIds("Account"), [])
})

test("a create replaces the row, but keeps the query-only fields of the last full read", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0, { Label__c: "from a formula", Description: "old" })], {
    from: 20,
  })
  const { Description: _, ...fresh } = product(1, 60, { Name: "Anew" })
  await shadow.apply(created("Product2", fresh, 60))
  const row = await shadow.row("Product2", productId(1))
  assert.equal(row?.name, "Anew")
  assert.equal(row?.raw_payload.Description, null)
  assert.equal(row?.raw_payload.Label__c, "from a formula")
  assert.equal(row?.raw_payload.SystemModstamp, stamp(0))
})

test("an update does not blank or take query-only fields", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0, { Label__c: "from a formula" })], { from: 20 })
  await shadow.apply(event("Product2", "UPDATE", productId(1), 60, { Label__c: null, Name: "Renamed" }))
  assert.equal((await shadow.row("Product2", productId(1)))?.raw_payload.Label__c, "from a formula")
})

test("an update followed by a gap in its batch is known by its own commit: what the gap tells is not in the row", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(
    event("Product2", "UPDATE", productId(1), 60, { Name: "x" }),
    event("Product2", "GAP_UPDATE", productId(1), 70),
  )
  const row = await shadow.row("Product2", productId(1))
  assert.deepEqual([row?.name, row?.updated_at], ["x", at(60)])
  // A late one between the two is not older than what the row holds.
  const [late] = await shadow.apply(event("Product2", "UPDATE", productId(1), 65, { Name: "y" }))
  assert.equal(late?.result, "applied")
})

test("a batch leaves the key of its last event as it is, and the event that follows that one is applied", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  const update = (commit: number, commit_number: number, sequence_number: number) =>
    event(
      "Product2",
      "UPDATE",
      productId(1),
      commit,
      { Name: `${commit} ${commit_number} ${sequence_number}` },
      {
        commit_number,
        sequence_number,
      },
    )
  await shadow.apply(update(60, 900, 5), update(61, 800, 1))
  for (const next of [update(61, 800, 2), update(61, 850, 1)]) {
    const [folded] = await shadow.apply(next)
    assert.equal(folded?.result, "applied")
    assert.equal((await shadow.row("Product2", productId(1)))?.name, next.fields.Name)
  }
})
