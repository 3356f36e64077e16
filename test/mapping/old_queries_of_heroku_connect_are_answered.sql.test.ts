import assert from "node:assert/strict"
import { test } from "node:test"
import { applyMappingFile } from "../../src/mapping/file/apply.ts"
import { readMirrored, toMappingFile } from "../../src/mapping/file/mirrored.ts"
import { readMappingFile } from "../../src/mapping/file/read.ts"
import { transaction } from "../../src/postgres/transaction.ts"
import type { DescribedForPlan } from "../../src/salesforce/describe_objects.ts"
import { account, accountId, describes, event } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"
import { applyFile } from "./applied_file.ts"
import { contact, described, everything, field } from "./described_objects.ts"

const org: DescribedForPlan[] = [
  contact,
  described(
    "Account",
    field("Name", "string"),
    field("Internet_Eligibility__c", "picklist"),
    field("Internet_Eligibility_Status__c", "picklist"),
    field("ParentId", "reference", { referenceTo: ["Account"] }),
    field("AnnualRevenue", "currency", { precision: 18, scale: 2 }),
    field("Score__c", "double", { calculated: true }),
    field("NumberOfEmployees", "int"),
    field("Founded__c", "date"),
    field("CreatedDate", "datetime"),
    field("Opens__c", "time"),
    field("Is_Vip__c", "boolean"),
    field("Languages__c", "multipicklist"),
    field("Place__Latitude__s", "double", { precision: 18, scale: 15 }),
    field("Phone", "phone"),
  ),
]

const ofAccount = [
  ...["Name", "Internet_Eligibility__c", "Internet_Eligibility_Status__c", "ParentId", "AnnualRevenue"],
  ...["Score__c", "NumberOfEmployees", "Founded__c", "CreatedDate", "Opens__c", "Is_Vip__c", "Languages__c"],
  "Place__Latitude__s",
]
const wished = {
  Account: {
    fields: {
      ...Object.fromEntries(ofAccount.map((name) => [name, true as const])),
      Internet_Eligibility__c: "internet_eligibility",
      Internet_Eligibility_Status__c: "eligibility_source",
    },
    indexes: ["Name", "AnnualRevenue", "CreatedDate", "SystemModstamp", "parentid"],
    compatible_schema: "salesforce",
  },
}

/** Two accounts, of which one is there before the file is applied, as it was read then. */
async function imported(): Promise<Shadow> {
  const shadow = await Shadow.openAnother()
  await shadow.describe("Account", describes.Account)
  await shadow.read("Account", [account(2, 0)], { from: 10 })
  await applyFile(shadow.pool, org, wished)
  await shadow.describe("Account", [
    ...describes.Account,
    ...["ParentId", "Languages__c"].map((name) => ({ name, type: "text" })),
    ...["AnnualRevenue", "Score__c", "NumberOfEmployees", "Place__Latitude__s"].map((name) => ({
      name,
      type: "number",
    })),
    { name: "Founded__c", type: "date" },
    { name: "CreatedDate", type: "datetime" },
    { name: "Opens__c", type: "time" },
    { name: "Is_Vip__c", type: "boolean" },
  ])
  const first = account(1, 20, {
    Name: "Blue Lake",
    ParentId: accountId(2),
    AnnualRevenue: 1234.56,
    Score__c: 0.1,
    NumberOfEmployees: 7,
    Founded__c: "1999-12-31",
    CreatedDate: "2026-01-02T23:30:00.000Z",
    Opens__c: "08:30:00.000Z",
    Is_Vip__c: true,
    Languages__c: "English;German",
    Place__Latitude__s: 52.5,
  })
  await shadow.read("Account", [first, account(2, 0, { Name: "Hill" })], { from: 30 })
  await shadow.lead()
  return shadow
}

test("a query for Heroku Connect's table is answered, with its names and its types, whatever the session's time zone", async () => {
  const shadow = await imported()
  const client = await shadow.pool.connect()
  await client.query("set timezone = 'Asia/Tokyo'")
  const { rows } = await client.query(
    `select sfid, name, parentid, annualrevenue, score__c, numberofemployees, founded__c::text, createddate::text, opens__c, is_vip__c,
       languages__c, place__latitude__s, internet_eligibility__c, isdeleted, systemmodstamp::text, _hc_lastop, _hc_err, id
     from salesforce.account where sfid = $1`,
    [accountId(1)],
  )
  assert.deepEqual(rows, [
    {
      sfid: accountId(1),
      name: "Blue Lake",
      parentid: accountId(2),
      annualrevenue: 1234.56,
      score__c: 0.1,
      numberofemployees: 7,
      founded__c: "1999-12-31",
      createddate: "2026-01-02 23:30:00",
      opens__c: "08:30:00",
      is_vip__c: true,
      languages__c: "English;German",
      place__latitude__s: 52.5,
      internet_eligibility__c: "Fibre",
      isdeleted: false,
      systemmodstamp: "2026-06-01 10:00:20",
      _hc_lastop: "SYNCED",
      _hc_err: null,
      id: 2,
    },
  ])
  client.release()
  const types = await shadow.all<{ name: string; type: string }>(
    "select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 'salesforce.account'::regclass order by attnum",
  )
  assert.deepEqual(Object.fromEntries(types.map(({ name, type }) => [name, type])), {
    id: "integer",
    sfid: "character varying",
    systemmodstamp: "timestamp without time zone",
    isdeleted: "boolean",
    _hc_lastop: "character varying(32)",
    _hc_err: "text",
    internet_eligibility__c: "character varying",
    internet_eligibility_status__c: "character varying",
    name: "character varying",
    parentid: "character varying",
    annualrevenue: "double precision",
    score__c: "double precision",
    numberofemployees: "integer",
    founded__c: "date",
    createddate: "timestamp without time zone",
    opens__c: "time without time zone",
    is_vip__c: "boolean",
    languages__c: "character varying",
    place__latitude__s: "double precision",
  })
})

test("an id stays with its record, through changes, a delete and a restore, and uses up no number for a change", async () => {
  const shadow = await imported()
  const ids = () =>
    shadow.all<{ id: number; sfid: string }>("select id, sfid from salesforce.account order by id")
  const before = await ids()
  assert.deepEqual(before, [
    { id: 1, sfid: accountId(2) },
    { id: 2, sfid: accountId(1) },
  ])
  for (const seconds of [50, 51, 52])
    await shadow.apply(event("Account", "UPDATE", accountId(1), seconds, { Name: `At ${seconds}` }))
  const [changed] = await shadow.all(
    "select name, systemmodstamp::text from salesforce.account where systemmodstamp > '2026-06-01 10:00:51.5'",
  )
  assert.deepEqual(changed, { name: "At 52", systemmodstamp: "2026-06-01 10:00:52" })
  await shadow.apply(event("Account", "DELETE", accountId(2), 60))
  assert.deepEqual(await ids(), before.slice(1))
  await shadow.read("Account", [account(2, 70), account(3, 70)], { from: 80 })
  const [restored, same, added] = await ids()
  assert.deepEqual([restored, same], before)
  // A record that comes back uses up one.
  assert.deepEqual([added?.id, added?.sfid], [4, accountId(3)])
})

test("indexes answer what was indexed before: by sfid, id, text, number and time", async () => {
  const shadow = await imported()
  await shadow.pool.query("set enable_seqscan = off")
  const plans: [condition: string, value: unknown, index: string][] = [
    ["sfid = $1", accountId(1), "sf_account_eligibility_shadow_pkey"],
    ["id = $1", 2, "compatible_id_id_key"],
    ["name = $1", "Hill", "sf_account_eligibility_shadow_name_idx"],
    ["parentid = $1", accountId(2), "sf_account_eligibility_shadow_parent_id_idx"],
    ["annualrevenue > $1", 5, "sf_account_eligibility_shadow_annual_revenue_idx"],
    ["createddate > $1", "2026-01-01", "sf_account_eligibility_shadow_timezone_idx"],
    ["systemmodstamp > $1", "2026-01-01", "sf_account_eligibility_shadow_timezone_idx1"],
  ]
  const used: string[] = []
  const client = await shadow.pool.connect()
  await client.query("set enable_seqscan = off")
  for (const [condition, value] of plans) {
    const { rows } = await client.query(
      `explain (costs off) select sfid, isdeleted from salesforce.account where ${condition}`,
      [value],
    )
    used.push(rows.map((row) => row["QUERY PLAN"]).join("\n"))
  }
  client.release()
  for (const [at, [condition, , index]] of plans.entries())
    assert.match(used[at] as string, new RegExp(`\\b${index}\\b[\\s\\S]*Cond`), condition)
  // Who does not ask for the id does not read where it is kept.
  assert.doesNotMatch(used[0] as string, /compatible_id/)
})

test("the file says views and indexes, applied again it does nothing, and in another database it makes the same", async () => {
  const { pool } = await imported()
  const after = await everything(pool)
  assert.deepEqual((await applyFile(pool, org, wished)).changes, [])
  const { objects } = toMappingFile(await readMirrored(pool), "./mapping.schema.json")
  // What refers to another record had its index before anybody asked.
  assert.deepEqual(objects.Account?.indexes, ["AnnualRevenue", "CreatedDate", "Name", "SystemModstamp"])
  assert.equal(objects.Account?.compatible_schema, "salesforce")
  assert.deepEqual(await applyFile(pool, org, objects, { prune: true }), { changes: [], left: [] })
  assert.equal(await everything(pool), after)

  const { indexes: _, compatible_schema: __, ...less } = objects.Account ?? {}
  const left = (await applyFile(pool, org, { ...objects, Account: less })).left
  assert.deepEqual(left, [
    { object: "Account", compatible_schema: "salesforce" },
    ...["AnnualRevenue", "CreatedDate", "Name", "SystemModstamp"].map((index) => ({
      object: "Account",
      index,
    })),
  ])
  const pruned = await applyFile(pool, org, { ...objects, Account: less }, { prune: true })
  assert.deepEqual(
    pruned.changes.map(({ change }) => change),
    ["change_view", "change_indexes"],
  )
  const { rows } = await pool.query(
    `select to_regclass('salesforce.account') as view, (select count(*)::int from sf_shadow.compatible_id) as ids,
       (select count(*)::int from pg_indexes where tablename = 'sf_account_eligibility_shadow') as indexes,
       (select count(*)::int from pg_trigger where tgrelid = 'sf_account_eligibility_shadow'::regclass) as triggers`,
  )
  // Those of the key and of the field that refers to another record.
  assert.deepEqual(rows, [{ view: null, ids: 0, indexes: 2, triggers: 0 }])

  const another = await Shadow.openAnother()
  await applyFile(another.pool, org, objects)
  assert.deepEqual(toMappingFile(await readMirrored(another.pool), "./mapping.schema.json").objects, objects)
})

test("the view follows the mapping: added, renamed, remapped and removed fields, another schema, the end of the object", async () => {
  const { pool } = await imported()
  await applyFile(pool, org, { Contact: { fields: { LastName: true }, compatible_schema: "salesforce" } })
  await pool.query(
    "create role view_reader; grant select on salesforce.account, salesforce.contact to view_reader; grant insert on salesforce.contact to public",
  )
  await pool.query("create view mine as select sfid, internet_eligibility__c from salesforce.account")
  const columns = async (view: string) =>
    (
      await pool.query("select attname from pg_attribute where attrelid = $1::regclass order by attnum", [
        view,
      ])
    ).rows
      .map(({ attname }) => attname)
      .slice(6)
  await applyFile(pool, org, {
    Account: { fields: { ...wished.Account.fields, Phone: true, Name: "called" } },
    Contact: { fields: { LastName: true, Birthdate: true } },
  })
  assert.deepEqual((await columns("salesforce.account")).slice(-2), ["place__latitude__s", "phone"])
  assert.ok((await columns("salesforce.account")).includes("name"))
  assert.deepEqual(await columns("salesforce.contact"), ["lastname", "birthdate"])

  // Something of the user's reads the one, and nothing the other.
  const before = await everything(pool)
  const refused = { message: /cannot drop view salesforce\.account because other objects depend on it/ }
  await assert.rejects(
    pool.query("select sf_shadow.remove_fields('Account', '{Name}', drop_data => true)"),
    refused,
  )
  assert.equal(await everything(pool), before)
  await pool.query("select sf_shadow.remove_fields('Contact', '{LastName}', drop_data => true)")
  assert.deepEqual(await columns("salesforce.contact"), ["birthdate"])
  assert.deepEqual(
    (
      await pool.query(
        "select has_table_privilege('view_reader', 'salesforce.contact', 'select') and has_table_privilege('view_reader', 'salesforce.contact', 'insert') as may",
      )
    ).rows,
    [{ may: true }],
  )
  await applyFile(pool, org, { Account: { compatible_schema: "crm" }, Contact: { compatible_schema: "crm" } })
  const { rows: granted } = await pool.query(
    "select table_schema, table_name from information_schema.role_table_grants where grantee = 'view_reader' order by 2",
  )
  assert.deepEqual(granted, [
    { table_schema: "crm", table_name: "account" },
    { table_schema: "crm", table_name: "contact" },
  ])
  await pool.query("select sf_shadow.remove_object('Contact', drop_data => false)")
  const { rows } = await pool.query(
    "select to_regclass('crm.contact') as view, to_regclass('public.sf_contact_shadow')::text as table_left",
  )
  assert.deepEqual(rows, [{ view: null, table_left: "sf_contact_shadow" }])
  await pool.query("drop owned by view_reader; drop role view_reader")
})

test("what cannot be is refused by one message, and the database is as before", async () => {
  const { pool } = await Shadow.openAnother()
  await pool.query(
    "create schema salesforce; create table salesforce.account (id serial, sfid varchar(18), _hc_lastop varchar(32)); create schema mine; create view mine.account as select 1 as one",
  )
  const before = await everything(pool)
  const refusals: [compatible_schema: string, message: RegExp][] = [
    [
      "salesforce",
      /line \d+: salesforce\.account is a table of Heroku Connect: .* alter schema salesforce rename to salesforce_before/,
    ],
    ["mine", /mine\.account is there already, and is not a view of sf-shadow/],
    ["Sales Force", /a schema cannot be called "Sales Force" here/],
    ["sf_shadow", /the schema sf_shadow belongs to Postgres or to sf-shadow/],
    ["pg_temp", /belongs to Postgres/],
  ]
  for (const isDry of [true, false]) {
    for (const [compatible_schema, message] of refusals) {
      const objects = { Account: { ...wished.Account, compatible_schema }, Contact: {} }
      await assert.rejects(applyFile(pool, org, objects, { isDry }), { message })
    }
    await assert.rejects(applyFile(pool, org, { Account: { indexes: ["Fax", "Phone"] } }, { isDry }), {
      message:
        /line 5: Account: no index without a column: Fax, Phone\. Nothing was changed|line \d+: Account: no index without a column: Fax, Phone/,
    })
  }
  assert.equal(await everything(pool), before)
})

test("a plan for a view and indexes of rows that are there shows their SQL, and holds up nobody", async () => {
  const { pool } = await Shadow.openAnother()
  await transaction(pool, async (client) => {
    const held = async () =>
      (
        await client.query(
          `select c.relname from pg_locks l join pg_class c on c.oid = l.relation
           where l.pid = pg_backend_pid() and l.mode <> 'AccessShareLock'`,
        )
      ).rows
    const file = readMappingFile("mapping.json", JSON.stringify({ version: 1, objects: wished }))
    const orgObjects = {
      described: new Map(org.map((one) => [one.name.toLowerCase(), one])),
      names: [],
      records: new Map(),
      refused: new Map(),
    }
    const { changes } = await applyMappingFile(client, file, orgObjects, {
      prune: false,
      dropData: false,
      isDry: true,
    })
    assert.deepEqual(await held(), [])
    const statements = changes.flatMap(({ plan }) => ("statements" in plan ? plan.statements : [])).join("\n")
    for (const part of [
      "create schema if not exists salesforce",
      "create or replace view salesforce.account as select\n  i.id as id,",
      "  s.annual_revenue::double precision as annualrevenue,",
      "create index on public.sf_account_eligibility_shadow ((annual_revenue::double precision))",
      "create index on public.sf_account_eligibility_shadow (name)",
    ])
      assert.ok(statements.includes(part), part)
  })
})
