import assert from "node:assert/strict"
import { test } from "node:test"
import { account, accountId, describes, event, product, productId } from "../harness/records.ts"
import { runThrough } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"
import { historyFaults, keepingVersions, versionsOf } from "../harness/versions.ts"
import { accountFields, addFields, productFields } from "./added_fields.ts"
import { add, contact, everything, field, plan, site, standard } from "./described_objects.ts"

const keep = async (shadow: Shadow, object: string, kept: boolean, dropData = false, isDry = false) =>
  (
    await shadow.all<{ plan: Record<string, unknown> }>(
      "select sf_shadow.keep_history($1, $2, $3, $4) as plan",
      object,
      kept,
      dropData,
      isDry,
    )
  )[0]?.plan

const columnsOf = async (shadow: Pick<Shadow, "all">, table: string) =>
  (
    await shadow.all<{ it: string }>(
      "select attname || ' ' || format_type(atttypid, atttypmod) as it from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum",
      table,
    )
  ).map(({ it }) => it)

test("switched on, the rows that are there are the first versions; the plan changes nothing, and says all that is run", async () => {
  const shadow = await Shadow.openAnother()
  await runThrough(shadow, "Account", "full", [account(1, 0), account(2, 7)], { from: 20 })
  const before = await everything(shadow.pool)
  const dry = await keep(shadow, "Account", true, false, true)
  assert.equal(await everything(shadow.pool), before)
  assert.deepEqual(dry?.statements, [
    "create table public.sf_account_eligibility_shadow_history (\n  account_id text not null,\n  valid_from timestamptz not null,\n" +
      "  valid_to timestamptz,\n  is_deleted boolean not null default false,\n  internet_eligibility text,\n  eligibility_source text,\n" +
      "  primary key (account_id, valid_from),\n  check (valid_to >= valid_from),\n  check (not is_deleted or valid_to is not null)\n)",
    "create unique index on public.sf_account_eligibility_shadow_history (account_id) where valid_to is null",
    "create index on public.sf_account_eligibility_shadow_history (valid_to) where valid_to is not null",
    "grant select on public.sf_account_eligibility_shadow_history to sf_shadow_operator",
    "grant select on public.sf_account_eligibility_shadow_history to sf_shadow_reader",
    "update sf_shadow.object set history_table = 'sf_account_eligibility_shadow_history' where object = 'Account'",
    "insert into public.sf_account_eligibility_shadow_history (account_id, valid_from, internet_eligibility, eligibility_source) " +
      "select account_id, updated_at, internet_eligibility, eligibility_source from public.sf_account_eligibility_shadow",
  ])
  assert.deepEqual(await keep(shadow, "Account", true), dry)
  assert.deepEqual(await versionsOf(shadow, "Account", accountId(2), "internet_eligibility"), [
    ["Fibre", 7, null],
  ])
  await assert.rejects(keep(shadow, "Account", true), {
    code: "SF014",
    message: /are kept already, in public.sf_account/,
  })
  await assert.rejects(keep(shadow, "Contact", true), { code: "SF006" })
})

test("switched off, the table stays or goes, and nothing is written there any longer; over what stays nothing is begun", async () => {
  const shadow = await keepingVersions("Account")
  await shadow.read("Account", [account(1, 0)], { from: 20 })
  await keep(shadow, "Account", false)
  await shadow.apply(event("Account", "UPDATE", accountId(1), 100, { Internet_Eligibility__c: "None" }))
  const versions = await shadow.all("select internet_eligibility from sf_account_eligibility_shadow_history")
  assert.deepEqual(versions, [{ internet_eligibility: "Fibre" }])
  assert.deepEqual(await shadow.all("select proname from pg_proc where proname like 'write\\_history%'"), [])
  await assert.rejects(keep(shadow, "Account", false), {
    code: "SF014",
    message: "the versions of Account are not kept",
  })
  await assert.rejects(keep(shadow, "Account", true, true), { code: "SF014" })
  const before = await everything(shadow.pool)
  await assert.rejects(keep(shadow, "Account", true), {
    code: "SF014",
    message:
      "public.sf_account_eligibility_shadow_history is there already, and would be the history of Account: drop it, or rename it",
    hint: "Nothing was changed.",
  })
  assert.equal(await everything(shadow.pool), before)
  await shadow.pool.query("drop table sf_account_eligibility_shadow_history")
  await keep(shadow, "Account", true)
  await shadow.pool.query("create view somebodys as select * from sf_account_eligibility_shadow_history")
  await assert.rejects(keep(shadow, "Account", false, true), { code: "SF014", message: /somebodys|depend/ })
  await shadow.pool.query("drop view somebodys")
  await keep(shadow, "Account", false, true)
  assert.deepEqual(await columnsOf(shadow, "sf_account_eligibility_shadow_history"), [])

  // One that somebody has dropped by hand is gone already: that is the way out.
  await keep(shadow, "Account", true)
  await shadow.pool.query("drop table sf_account_eligibility_shadow_history")
  await keep(shadow, "Account", false, true)
  await shadow.apply(event("Account", "UPDATE", accountId(1), 200, { Internet_Eligibility__c: "Cable" }))
  assert.equal((await shadow.row("Account", accountId(1)))?.internet_eligibility, "Cable")
})

test("an object is added with its versions, by which a child is found by its parent; removed, both tables stay or go", async () => {
  const shadow = await Shadow.openAnother()
  assert.equal((await plan(shadow.pool, { object: "Site__c" }, site)).history_table, null)
  await add(shadow.pool, { object: "Site__c", history: true }, site)
  assert.deepEqual((await columnsOf(shadow, "sf_site_shadow_history")).slice(0, 6), [
    "site_id text",
    "valid_from timestamp with time zone",
    "valid_to timestamp with time zone",
    "is_deleted boolean",
    "name text",
    "account text",
  ])
  const indexes = await shadow.all<{ indexdef: string }>(
    "select indexdef from pg_indexes where tablename = 'sf_site_shadow_history'",
  )
  assert.equal(indexes.filter(({ indexdef }) => indexdef.includes("(account)")).length, 1)
  await shadow.all("select sf_shadow.remove_object('Site__c', false)")
  assert.notDeepEqual(await columnsOf(shadow, "sf_site_shadow_history"), [])
  await shadow.pool.query("drop table sf_site_shadow")
  await assert.rejects(add(shadow.pool, { object: "Site__c", history: true }, site), {
    code: "SF014",
    message: /^public.sf_site_shadow_history is there already, and would be the history of Site__c/,
  })
  await shadow.pool.query("drop table sf_site_shadow_history")
  await add(shadow.pool, { object: "Site__c", history: true }, site)
  await shadow.all("select sf_shadow.remove_object('Site__c', true)")
  assert.deepEqual(await columnsOf(shadow, "sf_site_shadow_history"), [])
})

test("a name of 63 bytes at most follows from a long one; names of the history's own columns are refused, and what to do is said", async () => {
  const shadow = await Shadow.openAnother()
  const table = `sf_${"a".repeat(60)}`
  const long = await plan(shadow.pool, { object: "Contact", table, history: true }, contact)
  assert.match(String(long.history_table), /^sf_a{43}_[0-9a-f]{8}_history$/)
  const dated = {
    ...contact,
    name: "Term__c",
    fields: [...standard, field("Valid_From__c", "date"), field("Name", "string")],
  }
  await assert.rejects(add(shadow.pool, { object: "Term__c", history: true }, dated), {
    code: "SF014",
    message: /valid_from \(Valid_From__c\) would be in their way: give it another name, by fields rename/,
  })
  await add(shadow.pool, { object: "Term__c" }, dated)
  await assert.rejects(keep(shadow, "Term__c", true), { code: "SF014", message: /would be in their way/ })
  await shadow.all("select sf_shadow.rename_field('Term__c', 'Valid_From__c', 'begins_on')")
  await keep(shadow, "Term__c", true)
  for (const name of ["valid_to", "is_deleted"])
    await assert.rejects(shadow.all("select sf_shadow.rename_field('Term__c', 'Name', $1)", name), {
      code: "SF014",
      message: new RegExp(`^public.sf_term_shadow_history has a column ${name} of its own`),
    })
})

test("an added column is null in older versions, and is filled in the open one without a new version", async () => {
  const shadow = await keepingVersions("Account")
  await shadow.describe("Account", [...describes.Account, { name: "Phone", type: "text" }])
  await runThrough(shadow, "Account", "full", [account(1, 0), account(2, 0)], { from: 20 })
  await shadow.apply(event("Account", "UPDATE", accountId(1), 60, { Internet_Eligibility__c: "None" }))
  await addFields(shadow.pool, { object: "Account", fields: ["Phone"] }, accountFields)
  await shadow.lead()
  const phones = (n: number) => versionsOf(shadow, "Account", accountId(n), "phone")
  assert.deepEqual(await phones(1), [
    [null, 0, 60],
    [null, 60, null],
  ])
  await shadow.pool.query(
    "update sf_shadow.field set unfilled_until = '2026-06-01T10:01:40Z' where unfilled_until is not null",
  )
  const filled = [
    account(1, 55, { Internet_Eligibility__c: "None", Phone: "1" }),
    account(2, 90, { Phone: "2" }),
  ]
  await runThrough(shadow, "Account", "full", filled, { from: 300 })
  assert.deepEqual(await phones(1), [
    [null, 0, 60],
    ["1", 60, null],
  ])
  assert.deepEqual(await phones(2), [["2", 0, null]])
  assert.deepEqual(await shadow.all("select from sf_shadow.field where unfilled_until is not null"), [])
  await shadow.apply(event("Account", "UPDATE", accountId(2), 400, { Phone: "3" }))
  assert.deepEqual(await phones(2), [
    ["2", 0, 400],
    ["3", 400, null],
  ])

  await shadow.all("select sf_shadow.rename_field('Account', 'Phone', 'telephone')")
  assert.deepEqual(await versionsOf(shadow, "Account", accountId(2), "telephone"), [
    ["2", 0, 400],
    ["3", 400, null],
  ])
  await shadow.pool.query(
    "create view somebodys as select telephone from sf_account_eligibility_shadow_history",
  )
  const drop = () => shadow.all("select sf_shadow.remove_fields('Account', '{Phone}', true)")
  await assert.rejects(drop, {
    code: "SF014",
    message:
      /of public.sf_account_eligibility_shadow_history cannot be dropped: view public.somebodys reads it/,
  })
  await shadow.pool.query("drop view somebodys")
  await drop()
  assert.equal((await columnsOf(shadow, "sf_account_eligibility_shadow_history")).length, 6)
  await shadow.lead()
  await shadow.apply(event("Account", "UPDATE", accountId(2), 500, { Internet_Eligibility__c: "None" }))
  assert.deepEqual(await historyFaults(shadow.pool), [])
})

test("what raw_payload holds already is brought into the open versions alone", async () => {
  const shadow = await keepingVersions("Product2")
  await shadow.read("Product2", [product(1, 0, { Description: "before" })], { from: 20 })
  await shadow.apply(event("Product2", "UPDATE", productId(1), 60, { Name: "another", Description: "after" }))
  await addFields(shadow.pool, { object: "Product2", fields: ["Description"] }, productFields)
  await shadow.all("select sf_shadow.fill_fields('Product2')")
  assert.deepEqual(await versionsOf(shadow, "Product2", productId(1), "description"), [
    [null, 0, 60],
    ["after", 60, null],
  ])
})

test("a column that only the history has is refused as that of another field", async () => {
  const shadow = await keepingVersions("Account")
  await shadow.pool.query("alter table sf_account_eligibility_shadow_history add column phone text")
  await assert.rejects(addFields(shadow.pool, { object: "Account", fields: ["Phone"] }, accountFields), {
    code: "SF014",
    message: /^public.sf_account_eligibility_shadow_history has a column phone already, which no field fills/,
  })
})

test("a role that may not make a table is told what an administrator runs, and nothing is changed", async () => {
  const shadow = await Shadow.openAnother()
  const before = await everything(shadow.pool)
  const client = await shadow.pool.connect()
  try {
    await client.query("begin")
    await client.query(`create role narrow_one;
      grant usage on schema sf_shadow, sf_shadow_worker to narrow_one;
      grant all on all tables in schema sf_shadow to narrow_one;
      set local role narrow_one`)
    await assert.rejects(client.query("select sf_shadow.keep_history('Account', true)"), {
      code: "SF014",
      message: /^the role narrow_one may not do what the plan needs: permission denied for schema public/,
      hint: /^Nothing was changed. An administrator runs: grant create on schema public to narrow_one;/,
    })
  } finally {
    await client.query("rollback")
    client.release()
  }
  assert.equal(await everything(shadow.pool), before)
})

test("a lock that somebody holds for long refuses the switch, and it can be tried again", async () => {
  const shadow = await Shadow.openAnother()
  const client = await shadow.pool.connect()
  await client.query("begin; lock table sf_shadow.object in share row exclusive mode")
  await assert.rejects(keep(shadow, "Account", true), {
    code: "SF014",
    message: /somebody holds a lock/,
    hint: /Try again/,
  })
  await client.query("rollback")
  client.release()
  await keep(shadow, "Account", true)
})
