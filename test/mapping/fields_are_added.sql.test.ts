import assert from "node:assert/strict"
import { test } from "node:test"
import { Shadow } from "../harness/shadow.ts"
import { accountFields, addFields, jobs } from "./added_fields.ts"
import { add, contact, everything } from "./described_objects.ts"

test("the plan names columns as objects add does, adds them at the end, and changes nothing where that is all that is wanted", async () => {
  const shadow = await Shadow.openAnother()
  const before = await everything(shadow.pool)
  const wish = { object: "Account", fields: ["phone", "BillingAddress", "ParentId"] }
  const dry = await addFields(shadow.pool, wish, accountFields, true)
  assert.deepEqual(
    dry.columns.map((one) => [one.field, one.column, one.type]),
    [
      ["Phone", "phone", "text"],
      ["BillingCity", "billing_city", "text"],
      ["ParentId", "parent_id", "text"],
    ],
  )
  assert.equal(dry.filled_from, "load")
  assert.deepEqual(dry.statements, [
    "alter table public.sf_account_eligibility_shadow\n  add column phone text,\n  add column billing_city text,\n  add column parent_id text",
    "create index on public.sf_account_eligibility_shadow (parent_id)",
    "insert into sf_shadow.field (object, field, column_name, column_type) values\n" +
      "  ('Account', 'Phone', 'phone', 'text'),\n  ('Account', 'BillingCity', 'billing_city', 'text'),\n  ('Account', 'ParentId', 'parent_id', 'text')",
    "select sf_shadow._begin_fill('Account', '{Phone,BillingCity,ParentId}', by_load => true)",
  ])
  assert.equal(await everything(shadow.pool), before)
  assert.deepEqual(await addFields(shadow.pool, wish, accountFields), dry)
  const columns = await shadow.all<{ attname: string }>(
    "select attname from pg_attribute where attrelid = 'sf_account_eligibility_shadow'::regclass order by attnum desc limit 3",
  )
  assert.deepEqual(
    columns.map(({ attname }) => attname),
    ["parent_id", "billing_city", "phone"],
  )
})

const refused: [what: string, wish: object, describe: object, message: RegExp][] = [
  ["nothing", { fields: [] }, accountFields, /^"fields" must be a list of names$/],
  ["no list", { fields: "Phone" }, accountFields, /^"fields" must be a list of names$/],
  [
    "an unknown one",
    { fields: ["Phone", "Fax"] },
    accountFields,
    /^Account cannot have these columns: Fax \(there is no such field/,
  ],
  [
    "a refused type",
    { fields: ["Photo__c"] },
    accountFields,
    /Photo__c \(the content of a file \(base64\)\)$/,
  ],
  [
    "a field of another record",
    { fields: ["Owner.Name"] },
    accountFields,
    /Owner\.Name \(a field of another record, /,
  ],
  ["the key", { fields: ["Id"] }, accountFields, /^Id is the key of Account, which has its column already$/],
  [
    "one that is mapped",
    { fields: ["Phone", "internet_eligibility__c"] },
    accountFields,
    /^Account\.Internet_Eligibility__c is mapped already, to internet_eligibility$/,
  ],
  ["a name for two", { fields: ["Phone", "ParentId"], column: "x" }, accountFields, /is for a single field$/],
  [
    "a name that is none",
    { fields: ["Phone"], column: 'x"; drop table y' },
    accountFields,
    /^a column cannot be called "x""; drop table y" here/,
  ],
  [
    "a reserved name",
    { fields: ["Phone"], column: "order" },
    accountFields,
    /^a column cannot be called order: that is a word of SQL$/,
  ],
  [
    "a machinery's name",
    { fields: ["Phone"], column: "synced_at" },
    accountFields,
    /^a column cannot be called synced_at: every shadow table/,
  ],
  [
    "the key's name",
    { fields: ["Phone"], column: "account_id" },
    accountFields,
    /^account_id is the key of /,
  ],
  [
    "another field's name",
    { fields: ["Phone"], column: "eligibility_source" },
    accountFields,
    /is the column of Account\.Internet_Eligibility_Status__c: name another/,
  ],
  [
    "a column of somebody's",
    { fields: ["Phone"], column: "mine" },
    accountFields,
    /has a column mine already, which no field fills: drop it, or name another/,
  ],
  ["an object that is not mirrored", { fields: ["LastName"] }, contact, /^object 'Contact' is not mirrored$/],
]

test("what cannot be is refused with one message, and leaves the database as it was", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.pool.query("alter table sf_account_eligibility_shadow add column mine text")
  const before = await everything(shadow.pool)
  for (const [what, wish, describe, message] of refused) {
    await assert.rejects(
      addFields(shadow.pool, wish, describe),
      ({ message: said, code }: Error & { code: string }) => {
        assert.match(code, /^SF0(14|06)$/, `${what}: ${said}`)
        assert.match(said, message, what)
        return true
      },
    )
  }
  assert.equal(await everything(shadow.pool), before)
  await shadow.pool.query("select sf_shadow_pause('Account')")
  await assert.rejects(
    addFields(shadow.pool, { fields: ["Phone"] }, accountFields),
    /^error: Account is paused: end that first, by resume Account$/,
  )
})

test("two who add the same field at once: one does, the other is told; of two fields both are there", async () => {
  const shadow = await Shadow.openAnother()
  await add(shadow.pool, { object: "Contact", fields: ["LastName"] }, contact)
  const same = await Promise.allSettled(
    [1, 2].map(() => addFields(shadow.pool, { fields: ["FirstName"] }, contact)),
  )
  assert.deepEqual(same.map(({ status }) => status).sort(), ["fulfilled", "rejected"])
  const { reason } = same.find(({ status }) => status === "rejected") as PromiseRejectedResult
  assert.match(String(reason), /Contact\.FirstName is mapped already, to first_name/)
  await Promise.all(
    ["Birthdate", "AccountId"].map((name) => addFields(shadow.pool, { fields: [name] }, contact)),
  )
  const mapped = await shadow.all<{ column_name: string }>(
    "select column_name from sf_shadow.field where object = 'Contact' order by column_name",
  )
  assert.deepEqual(
    mapped.map(({ column_name }) => column_name),
    ["account_id", "birthdate", "first_name", "last_name"],
  )
})

test("a wish for fields is queued beside another one of the same object, and checked first", async () => {
  const shadow = await Shadow.openAnother()
  for (const name of ["Phone", "Fax"])
    await shadow.pool.query("select add_job('add_fields', $1::jsonb)", [
      { object: "Account", fields: [name] },
    ])
  assert.equal((await jobs(shadow)).filter(({ key }) => key.startsWith("add_fields:Account:")).length, 2)
  await assert.rejects(
    shadow.pool.query(`select add_job('add_fields', '{"object":"Contact","fields":["Title"]}')`),
    /object 'Contact' is not mirrored/,
  )
  await assert.rejects(
    shadow.pool.query(`select add_job('add_fields', '{"object":"Account"}')`),
    /needs "object" and "fields"/,
  )
  await assert.rejects(
    shadow.pool.query(`select add_job('add_fields', '{"object":"Account","fields":["Phone"],"column":1}')`),
    /"field" and "column" must be names/,
  )
})
