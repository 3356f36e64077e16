import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import type { DescribedForPlan } from "../../src/salesforce/describe_objects.ts"
import { account, accountId, describes, event } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"
import { applyFile } from "./applied_file.ts"
import { described, everything, field } from "./described_objects.ts"

const org: DescribedForPlan[] = [
  described(
    "Account",
    field("Name", "string"),
    field("AnnualRevenue", "currency", { precision: 18, scale: 2 }),
  ),
]
const importTo = (shadow: Shadow, compatible_schema: string, idsFrom?: string) =>
  applyFile(
    shadow.pool,
    org,
    { Account: { fields: { Name: true, AnnualRevenue: true }, compatible_schema } },
    { idsFrom },
  )

/** The SQL of the page, in its order. */
const page = await readFile(join(import.meta.dirname, "../../docs/from_heroku_connect.md"), "utf8")
const [compare, rename, grant, back] = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql]) => sql) as [
  string,
  string,
  string,
  string,
]

test("beside Heroku Connect its tables are compared, its place and its ids are taken, and given back, by the SQL of the page", async () => {
  const shadow = await Shadow.openAnother()
  const { pool } = shadow
  await shadow.describe("Account", [...describes.Account, { name: "AnnualRevenue", type: "number" }])
  await pool.query(`create schema salesforce;
    create table salesforce.account (id serial primary key, sfid varchar(18) unique, name varchar(255), annualrevenue double precision,
      systemmodstamp timestamp, isdeleted boolean, _hc_lastop varchar(32), _hc_err text)`)
  await pool.query(
    `insert into salesforce.account (id, sfid, name, annualrevenue, isdeleted)
     values (907, $1, 'One', 10.5, false), (3, $2, 'Two', null, false), (4, $3, 'Gone', null, true), (5, null, 'Not written yet', null, null)`,
    [accountId(1), accountId(2), accountId(9)],
  )
  await importTo(shadow, "crm")
  const records = [account(1, 0, { Name: "One", AnnualRevenue: 10.5 }), account(2, 0, { Name: "Two" })]
  await shadow.read("Account", [...records, account(3, 0, { Name: "Three" })], { from: 10 })
  const differences = async () => (await pool.query(compare)).rows
  assert.deepEqual(await differences(), [{ only_there: 0, only_here: 1, other_values: 0 }])
  await pool.query(
    "insert into salesforce.account (id, sfid, name, isdeleted) values (6, $1, 'Three', false)",
    [accountId(3)],
  )
  assert.deepEqual(await differences(), [{ only_there: 0, only_here: 0, other_values: 0 }])
  await pool.query(
    "update salesforce.account set name = 'Tree' where id = 6; insert into salesforce.account (sfid) values ('x')",
  )
  assert.deepEqual(await differences(), [{ only_there: 1, only_here: 0, other_values: 1 }])
  await pool.query(
    "update salesforce.account set name = 'Three' where id = 6; delete from salesforce.account where sfid = 'x'",
  )
  await pool.query("delete from salesforce.account where id = 6")

  await pool.query(rename)
  await pool.query("create role my_app")
  await importTo(shadow, "salesforce", "salesforce_before")
  await pool.query(grant)
  await shadow.lead()
  await shadow.apply(event("Account", "CREATE", accountId(4), 50, { Name: "Four" }))
  const { rows } = await pool.query("select id, name from salesforce.account order by name")
  const [four, one, three, two] = rows
  assert.deepEqual(
    [one, two],
    [
      { id: 907, name: "One" },
      { id: 3, name: "Two" },
    ],
  )
  assert.ok(three.id > 907 && four.id > three.id, JSON.stringify(rows))
  await assert.rejects(pool.query("update salesforce.account set name = 'x'"), {
    message: /cannot update view "account"/,
  })
  const { rows: granted } = await pool.query(
    "select has_table_privilege('my_app', 'salesforce.account', 'select') as table, has_schema_privilege('my_app', 'salesforce', 'usage') as schema",
  )
  assert.deepEqual(granted, [{ table: true, schema: true }])

  await importTo(shadow, "crm")
  assert.deepEqual((await pool.query("select id from crm.account where name = 'One'")).rows, [{ id: 907 }])
  await pool.query(back)
  assert.deepEqual((await pool.query("select name from salesforce.account where id = 907")).rows, [
    { name: "One" },
  ])
  await pool.query("drop owned by my_app; drop role my_app")

  await pool.query("create schema other; create table other.account (id bigint, sfid text)")
  const untouched = await everything(pool)
  for (const [schema, message] of [
    ["other", /other\.account has no ids to take over: it is no table with sfid and an integer id/],
    ["nowhere", /nowhere\.account has no ids to take over/],
  ] as const)
    await assert.rejects(importTo(shadow, "next", schema), { message })
  assert.equal(await everything(pool), untouched)
})

test("a view that somebody has dropped is made anew with the ids of before; what somebody else puts in its place is not touched", async () => {
  const shadow = await Shadow.openAnother()
  const { pool } = shadow
  await shadow.describe("Account", [...describes.Account, { name: "AnnualRevenue", type: "number" }])
  await importTo(shadow, "crm")
  await shadow.read("Account", [account(1, 0, { Name: "One" })], { from: 10 })
  const ids = async () => (await pool.query("select id, sfid from crm.account")).rows
  const before = await ids()
  assert.equal(before.length, 1)
  await pool.query("drop schema crm cascade")
  assert.deepEqual(
    (await importTo(shadow, "crm")).changes.map(({ change }) => change),
    ["change_view"],
  )
  assert.deepEqual(await ids(), before)
  assert.deepEqual((await importTo(shadow, "crm")).changes, [])

  for (const [kind, mine] of [
    ["table", "create table crm.account (mine text)"],
    ["view", "create view crm.account as select 1 as mine"],
  ] as const) {
    await pool.query(`drop view crm.account; ${mine}`)
    const isMine = async () =>
      (
        await pool.query(
          `select array_agg(attname::text) as names, (select relacl is null from pg_class where oid = 'crm.account'::regclass) as is_untouched
           from pg_attribute where attrelid = 'crm.account'::regclass and attnum > 0`,
        )
      ).rows[0]
    const untouched = { names: ["mine"], is_untouched: true }
    await assert.rejects(
      importTo(shadow, "crm"),
      /crm.account is there already, and is not a view of sf-shadow/,
    )
    await assert.rejects(
      pool.query("select sf_shadow.remove_fields('Account', '{Name}', false)"),
      /crm.account is where the view of Account is to be, and is not a view of sf-shadow/,
    )
    await pool.query(await readFile(join(import.meta.dirname, "../../sql/current/grants.sql"), "utf8"))
    assert.deepEqual(await isMine(), untouched, kind)
    await pool.query("select sf_shadow.change_compatible_view('Account', null)")
    assert.deepEqual(await isMine(), untouched, kind)
    await pool.query(`drop ${kind} crm.account`)
    await importTo(shadow, "crm")
  }
})

test("ids are not taken over from the view itself, which moves with its own", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.describe("Account", [...describes.Account, { name: "AnnualRevenue", type: "number" }])
  await importTo(shadow, "crm")
  await assert.rejects(importTo(shadow, "salesforce", "crm"), {
    name: "PlanError",
    message: /crm\.account is the view of sf-shadow itself, which keeps its ids: leave --ids-from out/,
  })
  await importTo(shadow, "salesforce")
})

test("a role that may make no schema is told what an administrator does, after which readers may use the schema, too", async () => {
  const shadow = await Shadow.openAnother()
  const { pool } = shadow
  await shadow.describe("Account", describes.Account)
  await pool.query(`create role schemaless; grant pg_read_all_data, pg_write_all_data to schemaless;
    alter table public.sf_account_eligibility_shadow owner to schemaless`)
  const client = await pool.connect()
  try {
    const view = async () => {
      await client.query("set role schemaless")
      await client
        .query("select sf_shadow.change_compatible_view('Account', 'crm')")
        .finally(() => client.query("reset role"))
    }
    const refused = await view().catch((error: { message: string; hint: string }) => error)
    assert.match(refused?.message ?? "", /^the role schemaless may not do what the view of Account needs: /)
    const [, advice = ""] = refused?.hint.match(/makes the schema: (.*)$/) ?? []
    await client.query(advice)
    await view()
    await client.query("set role sf_shadow_reader")
    assert.deepEqual((await client.query("select count(*) from crm.account")).rows, [{ count: 0 }])
  } finally {
    await client.query("reset role")
    await client.query("drop owned by schemaless cascade; drop role schemaless")
    client.release()
  }
})
