import assert from "node:assert/strict"
import { test } from "node:test"
import { type ApplyOptions, applyMappingFile, type MappingPlan } from "../../src/mapping/file/apply.ts"
import { readMirrored, toMappingFile } from "../../src/mapping/file/mirrored.ts"
import { readMappingFile } from "../../src/mapping/file/read.ts"
import type { ObjectMapping } from "../../src/mapping/file/schema.ts"
import { transaction } from "../../src/postgres/transaction.ts"
import type { DescribedForPlan } from "../../src/salesforce/describe_objects.ts"
import { createTestDatabase, type TestDatabase } from "../harness/postgres.ts"
import { waitFor } from "../harness/wait.ts"
import { contact, everything, field, site, standard } from "./described_objects.ts"

type Pool = TestDatabase["pool"]
type Objects = Record<string, ObjectMapping>

const described = (name: string, ...fields: ReturnType<typeof field>[]) => ({
  name,
  queryable: true,
  updateable: true,
  has_events: true,
  fields: [...standard, ...fields],
})
const refers = (name: string, referenceTo: string[], more: object = {}) =>
  field(name, "reference", { referenceTo, nillable: false, ...more })

/** The org, with a child of a child of Account, and two objects that refer to each other. */
const org: DescribedForPlan[] = [
  contact,
  site,
  described("Account", field("Phone", "phone"), field("Fax", "phone")),
  described(
    "Product2",
    field("Description", "textarea"),
    field("Tier__c", "picklist"),
    field("Seats__c", "int"),
  ),
  described("Visit__c", refers("Site__c", ["Site__c"], { cascadeDelete: true }), field("Note__c", "string")),
  described("PricebookEntry", field("Tier__c", "picklist")),
  described("A__c", refers("B__c", ["B__c"])),
  described("B__c", refers("A__c", ["A__c"])),
]

async function apply(
  pool: Pool,
  objects: Objects,
  options: Partial<ApplyOptions> = {},
): Promise<MappingPlan> {
  const file = readMappingFile("mapping.json", JSON.stringify({ version: 1, objects }, null, 1))
  const orgObjects = {
    described: new Map(org.map((one) => [one.name.toLowerCase(), one])),
    names: org.map(({ name }) => name),
    records: new Map(),
    refused: new Map(),
  }
  return transaction(pool, async (client) => {
    await client.query("savepoint before")
    const all = { prune: false, dropData: false, isDry: false, ...options }
    const plan = await applyMappingFile(client, file, orgObjects, all)
    if (all.isDry) await client.query("rollback to savepoint before")
    return plan
  })
}

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

const refused: [what: string, objects: Objects, reasons: string[], options?: Partial<ApplyOptions>][] = [
  [
    "what the org lacks, and what cannot be a column, all at once",
    {
      Contakt: {},
      Contact: { fields: { FirstNme: true, MailingAddress: true, Photo__c: true, "Account.Name": true } },
      Account: { fields: { Fux: true, Id: true } },
    },
    [
      "line 4: the org has no object Contakt that this user may see. Is it Contact?",
      "line 5: Contact cannot have these columns: Photo__c (the content of a file (base64))",
      "line 7: Contact.FirstNme: there is no such field that this user may read. Is it FirstName?",
      "line 8: Contact.MailingAddress: a compound, of which the parts are columns: MailingStreet, MailingLatitude",
      "line 10: Contact.Account.Name: a field of another record, which events of this one do not tell",
      "line 15: Account.Fux: there is no such field that this user may read. Is it Fax?",
      "line 16: Account.Id: that is the key, which has its column already: take it out",
    ],
  ],
  [
    "names that cannot be",
    {
      Contact: { fields: { FirstName: "order", LastName: "contact_id" } },
      Site__c: { fields: { Speed__c: "Speed" } },
      Account: {
        fields: { Internet_Eligibility__c: true, Phone: "internet_eligibility", Fax: "raw_payload" },
      },
      A__c: { table: "sf_product_shadow" },
    },
    [
      "line 4: a column cannot be called order: that is a word of SQL; contact_id is the key of public.sf_contact_shadow",
      'line 10: a column cannot be called "Speed" here: lower-case letters, digits and _, 63 at most',
      'line 15: internet_eligibility is the column of Account.Internet_Eligibility__c: name another one by --column, or "column"; a column cannot be called raw_payload: every shadow table has a column of that name',
      'line 22: sf_product_shadow is the table of Product2: give A__c another one by --table, or "table"',
    ],
  ],
  [
    "what stays of a mirrored object",
    {
      Product2: { table: "products", keep: "mapped", parent: "Family", fields: { Name: "title" } },
    },
    [
      "line 5: Product2.table: the file says products, and Product2 is mirrored with sf_product_shadow, which stays so while it is mirrored",
      "line 6: Product2.keep: the file says mapped, and Product2 is mirrored with all, which stays so while it is mirrored",
      "line 7: Product2.parent: the file says Family, and Product2 is mirrored with none, which stays so while it is mirrored",
      "line 9: name, of Product2.Name, keeps its name: functions, views and other services read it",
    ],
  ],
  [
    "another field for a column, of another kind or for the parent",
    {
      Product2: { fields: { Seats__c: "plan_tier" } },
      PricebookEntry: { fields: { Tier__c: "product_id", UnitPrice: "unit_price" } },
    },
    [
      "line 6: plan_tier is text, and Product2.Seats__c would need integer",
      'line 9: product_id is the column of PricebookEntry.Product2Id: name another one by --column, or "column"',
    ],
  ],
  [
    "parents in a circle; what is below one is not named for it",
    { A__c: { parent: "B__c" }, B__c: { parent: "A__c" }, Contact: {} },
    ["line 5: A__c -> B__c -> A__c: parents in a circle, of which none could be added first"],
  ],
  [
    "a parent that cannot be added; its child is not named for it",
    { Site__c: { fields: { Speed__c: "order" } }, Visit__c: { parent: "Site__c" } },
    ["line 4: a column cannot be called order: that is a word of SQL"],
  ],
  [
    "--prune, of what is shipped",
    { Product2: { fields: { Description: true } }, Contact: {} },
    [
      "not in the file: PricebookEntry is part of sf-shadow, whose functions and views read its table: it can be paused",
      "not in the file: Account is part of sf-shadow, whose functions and views read its table: it can be paused",
      "not in the file: Product2.Item_Class__c, which fills item_class, Product2.Name, which fills name, Product2.Internet_Offering_Type__c, which fills offering_type, Product2.Internet_Plan_Tier__c, which fills plan_tier, Product2.StockKeepingUnit, which fills sku, Product2.VPN_Region__c, which fills vpn_region, stays: functions, views and other services read it, or no row may be without it",
    ],
    { prune: true },
  ],
]

test("what cannot be is refused with all reasons and their lines, and the database is as before", async (t) => {
  const { pool } = await createTestDatabase()
  const before = await everything(pool)
  for (const [what, objects, reasons, options] of refused) {
    for (const isDry of [true, false]) {
      await t.test(`${what}${isDry ? ", in a plan" : ""}`, async () => {
        await assert.rejects(apply(pool, objects, { ...options, isDry }), {
          name: "PlanError",
          message: ["mapping.json cannot be applied, and nothing was changed:", ...reasons].join("\n  "),
        })
        assert.equal(await everything(pool), before)
      })
    }
  }
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
