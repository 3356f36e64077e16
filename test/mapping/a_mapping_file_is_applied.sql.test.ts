import assert from "node:assert/strict"
import { test } from "node:test"
import { type ApplyOptions, applyMappingFile, type MappingPlan } from "../../src/mapping/file/apply.ts"
import { readMirrored, toMappingFile } from "../../src/mapping/file/mirrored.ts"
import { readMappingFile } from "../../src/mapping/file/read.ts"
import type { ObjectMapping } from "../../src/mapping/file/schema.ts"
import { transaction } from "../../src/postgres/transaction.ts"
import { createTestDatabase, type TestDatabase } from "../harness/postgres.ts"
import { waitFor } from "../harness/wait.ts"
import { applyFile } from "./applied_file.ts"
import { everything, mappedOrg } from "./described_objects.ts"

type Pool = TestDatabase["pool"]
type Objects = Record<string, ObjectMapping>

const apply = (pool: Pool, objects: Objects, options: Partial<ApplyOptions> = {}) =>
  applyFile(pool, mappedOrg, objects, options)
const exported = async (pool: Pool): Promise<Objects> =>
  toMappingFile(await readMirrored(pool), "./mapping.schema.json").objects
const stepsOf = ({ changes }: MappingPlan) => changes.map(({ change, plan }) => `${change} ${plan.object}`)
const columnsOf = async (pool: Pool, table: string) =>
  (
    await pool.query(
      "select attname from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped",
      [table],
    )
  ).rows.map(({ attname }) => attname)

/** A child that stands before its parent, columns of one's own, names in other letters, and a shipped object with more. */
const wished: Objects = {
  visit__c: { keep: "all", poll: "60m" },
  Contact: { table: "people", fields: { firstname: "given", LastName: true, Birthdate: "first_name" } },
  Site__c: { parent: "Account__c", fields: { Account__c: true, Speed__c: "mbps" } },
  Account: { fields: { Internet_Eligibility__c: "internet_eligibility", Phone: "telephone", fax: true } },
}

test("a file adds objects, parents first, and columns, under its names; applied again it does nothing, and so does an export", async () => {
  const { pool } = await createTestDatabase()
  const before = await everything(pool)
  const dry = await apply(pool, wished, { isDry: true })
  assert.equal(await everything(pool), before)
  assert.deepEqual(stepsOf(dry), [
    "add_object Contact",
    "add_object Site__c",
    "add_object Visit__c",
    "add_fields Account",
  ])
  assert.deepEqual(await apply(pool, wished), dry)
  assert.deepEqual((await columnsOf(pool, "people")).slice(0, 4), [
    "contact_id",
    "given",
    "last_name",
    "first_name",
  ])
  const shipped = { object: "Account", field: "Internet_Eligibility_Status__c", column: "eligibility_source" }
  assert.deepEqual(dry.left, [
    { object: "PricebookEntry", table: "sf_pricebook_shadow" },
    { object: "Product2", table: "sf_product_shadow" },
    shipped,
  ])
  const { rows } = await pool.query("select key from sf_shadow_worker.jobs where key is not null order by 1")
  assert.deepEqual(
    rows.map(({ key }) => key),
    ["backfill:Contact", "backfill:Site__c", "backfill:Visit__c", "fill:Account"],
  )

  const after = await everything(pool)
  assert.deepEqual((await apply(pool, wished)).changes, [])
  const file = await exported(pool)
  assert.deepEqual(Object.keys(file), [
    "Product2",
    "Account",
    "Contact",
    "PricebookEntry",
    "Site__c",
    "Visit__c",
  ])
  assert.deepEqual(file.Contact, {
    table: "people",
    keep: "mapped",
    fields: { FirstName: "given", LastName: "last_name", Birthdate: "first_name" },
  })
  assert.deepEqual(file.Visit__c, {
    table: "sf_visit_shadow",
    keep: "all",
    parent: "Site__c",
    poll: "1h",
    fields: { Site__c: "site", Note__c: "note" },
  })
  assert.deepEqual(await apply(pool, file, { prune: true }), { changes: [], left: [] })
  assert.equal(await everything(pool), after)

  const { pool: another } = await createTestDatabase()
  await apply(another, file)
  assert.deepEqual(await exported(another), file)
  assert.deepEqual(await columnsOf(another, "people"), await columnsOf(pool, "people"))
})

test("what the file does not name stays, and goes with --prune, children before their parents, all in one", async () => {
  const { pool } = await createTestDatabase()
  const shipped = await exported(pool)
  await apply(pool, wished)
  const { Site__c: _site, visit__c: _visit, ...fewer } = wished
  const less: Objects = {
    ...shipped,
    ...fewer,
    Contact: { poll: "10m", fields: { FirstName: "first", LastName: true } },
    Account: { fields: { ...shipped.Account?.fields, Fax: "telefax" } },
  }
  const kept = await apply(pool, less)
  assert.deepEqual(stepsOf(kept), ["rename_field Account", "rename_field Contact", "change_poll Contact"])
  assert.deepEqual(kept.left, [
    { object: "Visit__c", table: "sf_visit_shadow" },
    { object: "Site__c", table: "sf_site_shadow" },
    { object: "Account", field: "Phone", column: "telephone" },
    { object: "Contact", field: "Birthdate", column: "first_name" },
  ])

  const before = await everything(pool)
  const options = { prune: true, dropData: true }
  const dry = await apply(pool, less, { ...options, isDry: true })
  assert.equal(await everything(pool), before)
  assert.deepEqual(stepsOf(dry), [
    "remove_object Visit__c",
    "remove_object Site__c",
    "remove_fields Account",
    "remove_fields Contact",
  ])
  assert.deepEqual(await apply(pool, less, options), dry)
  assert.deepEqual((await columnsOf(pool, "people")).slice(0, 4), [
    "contact_id",
    "first",
    "last_name",
    "updated_at",
  ])
  const { rows } = await pool.query("select to_regclass('public.sf_site_shadow') as site")
  assert.deepEqual(rows, [{ site: null }])
  assert.deepEqual(await apply(pool, less, options), { changes: [], left: [] })
  assert.deepEqual(Object.keys(await exported(pool)), ["Product2", "Account", "Contact", "PricebookEntry"])
})

test("a shipped column is filled from the org's own field, which a file names for it, and so it is in another database", async () => {
  const { pool } = await createTestDatabase()
  const own: Objects = {
    Product2: { fields: { Tier__c: "plan_tier" } },
    Account: { fields: { phone: "eligibility_source" } },
  }
  const before = await everything(pool)
  const dry = await apply(pool, own, { isDry: true })
  assert.equal(await everything(pool), before)
  assert.deepEqual(stepsOf(dry), ["map_column Product2", "map_column Account"])
  assert.deepEqual(dry.changes[1]?.plan, {
    object: "Account",
    table: "sf_account_eligibility_shadow",
    column: "eligibility_source",
    before: "Internet_Eligibility_Status__c",
    field: "Phone",
    filled_from: "load",
    statements: [
      "update sf_shadow.field set field = 'Phone' where object = 'Account' and column_name = 'eligibility_source'",
      "update public.sf_account_eligibility_shadow set raw_payload = raw_payload - 'Internet_Eligibility_Status__c' where raw_payload ? 'Internet_Eligibility_Status__c'",
      "select sf_shadow._begin_fill('Account', '{Phone}', by_load => true)",
    ],
  })
  assert.ok(!dry.left.some((one) => "column" in one && /plan_tier|eligibility_source/.test(one.column)))
  assert.deepEqual(await apply(pool, own), dry)
  assert.deepEqual((await apply(pool, own)).changes, [])
  const file = await exported(pool)
  assert.equal(file.Product2?.fields?.Tier__c, "plan_tier")
  assert.ok(!("Internet_Plan_Tier__c" in (file.Product2?.fields ?? {})))
  const { pool: another } = await createTestDatabase()
  await apply(another, file)
  assert.deepEqual(await exported(another), file)
})

test("a plan for columns that are there holds up nobody who reads or writes them", async () => {
  const { pool } = await createTestDatabase()
  await apply(pool, wished)
  const less: Objects = { ...wished, Account: { fields: { Phone: "called" } } }
  delete less.Contact
  const file = readMappingFile("mapping.json", JSON.stringify({ version: 1, objects: less }))
  await transaction(pool, async (client) => {
    const orgObjects = { described: new Map(), names: [], records: new Map(), refused: new Map() }
    await applyMappingFile(client, file, orgObjects, { prune: false, dropData: false, isDry: true })
    const { rows } = await client.query(
      `select c.relname from pg_locks l join pg_class c on c.oid = l.relation
       where l.pid = pg_backend_pid() and l.mode <> 'AccessShareLock'`,
    )
    assert.deepEqual(rows, [])
  })
})

test("a file that changes several objects waits for who writes them, and is no deadlock", async () => {
  const { pool } = await createTestDatabase()
  const writer = await pool.connect()
  await writer.query("begin")
  await writer.query("select sf_shadow._lock_objects('{Product2}')")
  // In the other order than that of the locks.
  const applied = apply(pool, {
    Account: { fields: { Phone: true } },
    Product2: { fields: { Description: true } },
  })
  await waitFor("it waits for the writer", 10_000, async () => {
    const { rows } = await pool.query(
      "select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
    )
    return rows.length === 1
  })
  await writer.query("select sf_shadow._lock_objects('{Account}')")
  await writer.query("commit")
  writer.release()
  assert.deepEqual(stepsOf(await applied), ["add_fields Account", "add_fields Product2"])
})

test("a file says whose versions are kept, with columns that it adds as well; what it does not say stays", async () => {
  const { pool } = await createTestDatabase()
  const kept: Objects = {
    Account: { history: true, fields: { Phone: "telephone" } },
    Site__c: { parent: "Account__c", history: true, fields: { Account__c: true } },
  }
  const before = await everything(pool)
  const dry = await apply(pool, kept, { isDry: true })
  assert.equal(await everything(pool), before)
  assert.deepEqual(stepsOf(dry), ["add_object Site__c", "add_fields Account", "keep_history Account"])
  await apply(pool, kept)
  assert.ok((await columnsOf(pool, "sf_account_eligibility_shadow_history")).includes("telephone"))
  assert.ok((await columnsOf(pool, "sf_site_shadow_history")).includes("account"))
  assert.deepEqual((await apply(pool, kept)).changes, [])
  assert.deepEqual((await apply(pool, { Site__c: {} })).changes, [])
  const file = await exported(pool)
  assert.deepEqual(
    Object.values(file).map(({ history }) => history),
    [undefined, true, undefined, true],
  )
  assert.deepEqual(await apply(pool, file), { changes: [], left: [] })
  const { pool: another } = await createTestDatabase()
  await apply(another, file)
  assert.deepEqual(await exported(another), file)

  assert.deepEqual(stepsOf(await apply(pool, { Site__c: { history: false } })), ["keep_history Site__c"])
  assert.ok((await columnsOf(pool, "sf_site_shadow_history")).includes("account"), "the table stays")
  await assert.rejects(apply(pool, { Site__c: { history: true } }), {
    name: "PlanError",
    message:
      "mapping.json cannot be applied, and nothing was changed:\n  line 5: public.sf_site_shadow_history is there already, and would be the history of Site__c: drop it, or rename it",
  })
})
