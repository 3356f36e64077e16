import assert from "node:assert/strict"
import { test } from "node:test"
import { account, accountId, describes, event, product } from "../harness/records.ts"
import { runThrough } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"
import { add, contact, everything, field, site, standard } from "./described_objects.ts"

type Pool = Shadow["pool"]

const accountFields = {
  name: "Account",
  queryable: true,
  has_events: true,
  fields: [...standard, field("Phone", "phone")],
}

const remove = async (pool: Pool, object: string, fields: string[], dropData = false, isDry = false) =>
  (
    await pool.query("select sf_shadow.remove_fields($1, $2, $3, $4) as plan", [
      object,
      fields,
      dropData,
      isDry,
    ])
  ).rows[0].plan
const rename = async (pool: Pool, object: string, of: string, to: string, isDry = false) =>
  (await pool.query("select sf_shadow.rename_field($1, $2, $3, $4) as plan", [object, of, to, isDry])).rows[0]
    .plan

/** An account with its phone, which is mapped. */
async function withPhone(): Promise<Shadow> {
  const shadow = await Shadow.openAnother()
  await shadow.describe("Account", [...describes.Account, { name: "Phone", type: "text" }])
  await shadow.pool.query("select sf_shadow.add_fields($1, $2)", [{ fields: ["Phone"] }, accountFields])
  await shadow.pool.query("update sf_shadow.field set unfilled_until = null")
  await runThrough(shadow, "Account", "full", [account(1, 0, { Phone: "1" })], { from: 20 })
  await shadow.lead()
  return shadow
}

test("a removed field's column stands still, and the field leaves raw_payload; with drop_data the column goes", async () => {
  const shadow = await withPhone()
  const before = await everything(shadow.pool)
  const dry = await remove(shadow.pool, "Account", ["phone"], true, true)
  assert.deepEqual(dry.columns, [{ field: "Phone", column: "phone" }])
  assert.deepEqual(dry.statements, [
    "delete from sf_shadow.field where object = 'Account' and column_name = any ('{phone}')",
    "update public.sf_account_eligibility_shadow set raw_payload = raw_payload - '{Phone}'::text[] where raw_payload ?| '{Phone}'",
    "alter table public.sf_account_eligibility_shadow drop column phone",
  ])
  assert.equal(await everything(shadow.pool), before)

  await remove(shadow.pool, "Account", ["phone"])
  const row = await shadow.row("Account", accountId(1))
  assert.deepEqual([row?.phone, "Phone" in (row?.raw_payload ?? {})], ["1", false])
  assert.equal((await shadow.invalidations("Account")).at(-1)?.record_ids, null)
  // What the leader from before would store is refused; what is stored of it is passed over.
  const late = event("Account", "UPDATE", accountId(1), 60, { Phone: "2", Internet_Eligibility__c: "None" })
  await assert.rejects(shadow.publish(late), { code: "SF004" })
  await shadow.lead()
  await shadow.apply(late)
  const after = await shadow.row("Account", accountId(1))
  assert.deepEqual(
    [after?.phone, after?.internet_eligibility, "Phone" in (after?.raw_payload ?? {})],
    ["1", "None", false],
  )
  const [answer] = await shadow.all<{ record: object }>(
    "select record from sf_shadow_record('Account', $1)",
    accountId(1),
  )
  assert.ok(!("phone" in (answer?.record ?? {})), "what stands still is no answer")
  await assert.rejects(
    shadow.pool.query("select sf_shadow.add_fields($1, $2)", [{ fields: ["Phone"] }, accountFields]),
    /has a column phone already, which no field fills: drop it, or name another one/,
  )
  await shadow.pool.query("select sf_shadow.add_fields($1, $2)", [
    { fields: ["Phone"], column: "telephone" },
    accountFields,
  ])
  assert.equal((await shadow.row("Account", accountId(1)))?.telephone, null)
  await remove(shadow.pool, "Account", ["Phone"], true)
  assert.ok(!("telephone" in ((await shadow.row("Account", accountId(1))) ?? {})))
  assert.deepEqual(await shadow.all("select from sf_shadow.object_claim where unfilled is not null"), [])
})

test("an object that keeps every field has a removed one in raw_payload still", async () => {
  const shadow = await Shadow.openAnother()
  await runThrough(shadow, "Product2", "full", [product(1, 0, { Description: "one" })], { from: 20 })
  const describe = {
    ...accountFields,
    name: "Product2",
    fields: [...standard, field("Description", "textarea")],
  }
  await shadow.pool.query("select sf_shadow.add_fields($1, $2)", [{ fields: ["Description"] }, describe])
  await remove(shadow.pool, "Product2", ["Description"], true)
  const [row] = await shadow.all<{ raw_payload: object }>("select raw_payload from sf_product_shadow")
  assert.ok("Description" in (row?.raw_payload ?? {}))
})

test("a renamed column keeps its values, views follow, and events fill it under its new name", async () => {
  const shadow = await withPhone()
  await shadow.pool.query(
    "create view public.of_mine as select account_id, phone as mine from public.sf_account_eligibility_shadow",
  )
  const before = await everything(shadow.pool)
  const plan = await rename(shadow.pool, "Account", "phone", "telephone", true)
  assert.deepEqual(plan.statements, [
    "alter table public.sf_account_eligibility_shadow rename column phone to telephone",
    "update sf_shadow.field set column_name = 'telephone' where object = 'Account' and column_name = 'phone'",
  ])
  assert.equal(await everything(shadow.pool), before)
  assert.deepEqual(await rename(shadow.pool, "Account", "phone", "telephone"), plan)
  assert.equal((await shadow.row("Account", accountId(1)))?.telephone, "1")
  await shadow.apply(event("Account", "UPDATE", accountId(1), 60, { Phone: "2" }))
  assert.equal((await shadow.row("Account", accountId(1)))?.telephone, "2")
  assert.deepEqual(await shadow.all("select mine from of_mine"), [{ mine: "2" }])
})

test("a column that is filled from another field gets its values from raw_payload, or by a load, and then by events", async () => {
  const shadow = await Shadow.openAnother()
  const map = (describe: object, wish: object) =>
    shadow.pool.query("select sf_shadow.map_column($1, $2)", [wish, describe])
  await shadow.describe("Product2", [...describes.Product2, { name: "Tier__c", type: "text" }])
  await runThrough(shadow, "Product2", "full", [product(1, 0, { Tier__c: "Gold" })], { from: 20 })
  await shadow.describe("Account", [...describes.Account, { name: "Phone", type: "text" }])
  await runThrough(shadow, "Account", "full", [account(1, 0, { Internet_Eligibility__c: "None" })], {
    from: 20,
  })
  await shadow.lead()

  const products = { ...accountFields, name: "Product2", fields: [...standard, field("Tier__c", "picklist")] }
  await map(products, { fields: ["Tier__c"], column: "plan_tier" })
  await shadow.pool.query("select sf_shadow.fill_fields('Product2')")
  const [tier] = await shadow.all("select plan_tier from sf_product_shadow")
  assert.deepEqual(tier, { plan_tier: "Gold" })

  const late = event("Account", "UPDATE", accountId(1), 60, { Phone: "1" })
  await map(accountFields, { fields: ["Phone"], column: "internet_eligibility" })
  const row = await shadow.row("Account", accountId(1))
  assert.ok(!("Internet_Eligibility__c" in (row?.raw_payload ?? {})))
  const [claim] = await shadow.all("select unfilled from sf_shadow.object_claim where object = 'Account'")
  assert.deepEqual(claim, {
    unfilled: "columns that were added wait for their values: internet_eligibility",
  })
  // What the leader from before would store has not the field.
  await assert.rejects(shadow.publish(late), { code: "SF004" })
  await shadow.lead()
  await shadow.apply(late)
  assert.equal((await shadow.row("Account", accountId(1)))?.internet_eligibility, "1")
  await assert.rejects(map(accountFields, { fields: ["Phone"], column: "eligibility_source" }), {
    message: "Account.Phone is mapped already",
  })
})

const refused: [what: string, change: (pool: Pool) => Promise<unknown>, message: RegExp][] = [
  [
    "a field that is not mapped",
    (pool) => remove(pool, "Contact", ["LastName", "Fax"]),
    /^not mapped: Fax\. The mapped fields of Contact are AccountId, /,
  ],
  ["no field", (pool) => remove(pool, "Contact", []), /^"fields" must be a list of names$/],
  ["the key", (pool) => remove(pool, "Contact", ["id"]), /^Id is the key of Contact, and stays$/],
  [
    "the parent",
    (pool) => remove(pool, "Site__c", ["Account__c"]),
    /^Account__c names the parent of a row, and stays \(rule 8\)$/,
  ],
  [
    "what others read",
    (pool) => remove(pool, "Product2", ["Item_Class__c"]),
    /^Product2\.Item_Class__c, which fills item_class, stays: functions, views and other/,
  ],
  [
    "all of them",
    (pool) => remove(pool, "Contact", ["LastName", "AccountId"]),
    /^Contact would have no column left: remove the object, by objects remove Contact$/,
  ],
  [
    "a view's column",
    (pool) => remove(pool, "Contact", ["LastName"], true),
    /^last_name of public\.sf_contact_shadow cannot be dropped: view public\.of_mine reads it\./,
  ],
  [
    "the same, only planned",
    (pool) => remove(pool, "Contact", ["LastName"], true, true),
    /view public\.of_mine reads it\./,
  ],
  [
    "an object that is not mirrored",
    (pool) => remove(pool, "Case", ["Subject"]),
    /^object 'Case' is not mirrored$/,
  ],
  ["a name of what is not mapped", (pool) => rename(pool, "Contact", "Fax", "fax"), /^not mapped: Fax\./],
  [
    "the key's name",
    (pool) => rename(pool, "Contact", "Id", "id"),
    /^Id is the key of Contact, and keeps its name$/,
  ],
  [
    "a name that others read",
    (pool) => rename(pool, "Account", "Internet_Eligibility__c", "e"),
    /^internet_eligibility, of Account\.Internet_Eligibility__c, keeps its name/,
  ],
  [
    "its own name",
    (pool) => rename(pool, "Contact", "LastName", "last_name"),
    /^Contact\.LastName has the column last_name already$/,
  ],
  [
    "another's name",
    (pool) => rename(pool, "Contact", "LastName", "account_id"),
    /^account_id is the column of Contact\.AccountId: /,
  ],
  [
    "no name",
    (pool) => rename(pool, "Contact", "LastName", "Last Name"),
    /^a column cannot be called "Last Name" here/,
  ],
]

test("what must stay is refused with one message, and the database is as it was", async () => {
  const shadow = await Shadow.openAnother()
  const { pool } = shadow
  await add(pool, { object: "Contact", fields: ["LastName", "AccountId"] }, contact)
  await add(pool, { object: "Site__c" }, site)
  await pool.query("create view public.of_mine as select last_name from public.sf_contact_shadow")
  const before = await everything(pool)
  for (const [what, change, message] of refused) {
    await assert.rejects(change(pool), ({ message: said, code }: Error & { code: string }) => {
      assert.match(code, /^SF0(14|06)$/, `${what}: ${said}`)
      assert.match(said, message, what)
      return true
    })
  }
  assert.equal(await everything(pool), before)
  // Left where it is, a view goes on reading it.
  await remove(pool, "Contact", ["LastName"])
  assert.deepEqual(await shadow.all("select * from of_mine"), [])
})
