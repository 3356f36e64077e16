import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { transaction } from "../../src/postgres/transaction.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { add, contact, everything, field, plan, site, standard } from "./described_objects.ts"

test("a plan names table, key, columns and what is left out; a compound stands for its parts", async () => {
  const { pool } = await createTestDatabase()
  const all = await plan(pool, { object: "Contact" }, contact)
  assert.deepEqual(
    [all.table, all.key, all.topic, all.keep, all.parent_object],
    ["sf_contact_shadow", "contact_id", "/data/ContactChangeEvent", "mapped", null],
  )
  assert.deepEqual(
    all.columns.map(({ column, type }) => `${column} ${type}`),
    [
      "account_id text",
      "last_name text",
      "first_name text",
      "mailing_street text",
      "mailing_latitude numeric(18,15)",
      "birthdate date",
      "last_modified_by_id text",
    ],
  )
  assert.deepEqual(all.left_out, [
    { field: "IsDeleted", reason: "the row of a deleted record goes" },
    { field: "SystemModstamp", reason: "the table has it as system_modstamp" },
    { field: "Name", reason: "a compound, of which the parts are columns" },
    { field: "MailingAddress", reason: "a compound, of which the parts are columns" },
    { field: "Photo__c", reason: "the content of a file (base64)" },
  ])
  const some = await plan(
    pool,
    { object: "Contact", fields: ["lastname", "Name", "MailingAddress", "SystemModstamp", "Id"] },
    contact,
  )
  assert.deepEqual(
    some.columns.map(({ column }) => column),
    ["last_name", "first_name", "mailing_street", "mailing_latitude", "sf_system_modstamp"],
  )
  assert.deepEqual(await plan(pool, { object: "Contact" }, contact), all)
  const custom = await plan(pool, { object: "Site__c" }, site)
  assert.deepEqual(
    [custom.table, custom.key, custom.topic, custom.parent_object, custom.parent_field],
    ["sf_site_shadow", "site_id", "/data/Site__ChangeEvent", "Account", "Account__c"],
  )
})

test("an added object has a table like the others, is read as they are, stays granted, and is loaded", async () => {
  const { pool, poolAs } = await createTestDatabase()
  await add(pool, { object: "Site__c" }, site)
  const { rows: jobs } = await pool.query("select task_identifier, key from sf_shadow_worker.jobs")
  assert.deepEqual(jobs, [{ task_identifier: "backfill", key: "backfill:Site__c" }])

  const machinery = async (table: string) =>
    (
      await pool.query(
        `select attname, format_type(atttypid, atttypmod) as type, attnotnull from pg_attribute a
         where attrelid = $1::regclass and attname = any ('{updated_at,raw_payload,synced_at,system_modstamp,read_id,commit_timestamp,commit_number,sequence_number}')
         order by attnum`,
        [table],
      )
    ).rows
  assert.deepEqual(await machinery("sf_site_shadow"), await machinery("sf_pricebook_shadow"))
  assert.equal((await machinery("sf_site_shadow")).length, 8)

  const record = (n: number, account: string) => ({
    Id: `a00Dp00000000${n}0AAA`,
    Name: `Site ${n}`,
    Account__c: account,
    Speed__c: n / 4,
    Fields__c: "f",
    Record_Id__c: "r",
    With_Columns__c: "w",
    SystemModstamp: "2026-06-01T10:00:00.000Z",
    IsDeleted: false,
  })
  const account = "001Dp000000001AAAA"
  let minute = 0
  const merge = (object: string, records: object[]) =>
    transaction(pool, async (client) => {
      await client.query("select sf_shadow.json_to_page(sf_shadow.load_fields($1), $2::jsonb)", [
        object,
        JSON.stringify(records),
      ])
      const { rows } = await client.query<{ read_id: number }>(
        "insert into sf_shadow.read (object, read_from, read_to) values ($1, $2, $2) returning read_id",
        [object, new Date(Date.UTC(2026, 5, 1, 11, ++minute))],
      )
      return (
        await client.query("select * from sf_shadow.merge_records($1, $2, false, '{}', false)", [
          object,
          rows[0]?.read_id,
        ])
      ).rows[0]
    })
  const described = (fields: { name: string; type: string }[]) =>
    JSON.stringify(
      fields.map(({ name, type }) => ({
        name,
        type: type === "double" ? "number" : type === "boolean" ? type : type === "datetime" ? type : "text",
      })),
    )
  await pool.query("select sf_shadow.describe_to_fields('Account', $1)", [described(standard)])
  await pool.query("select sf_shadow.describe_to_fields('Site__c', $1)", [described(site.fields)])
  await merge("Account", [{ Id: account, SystemModstamp: "2026-06-01T10:00:00.000Z", IsDeleted: false }])
  for (const inserted of [2, 0])
    assert.equal((await merge("Site__c", [record(1, account), record(2, account)])).inserted, inserted)
  assert.equal(
    (
      await merge("Site__c", [
        { ...record(2, account), Speed__c: 8, SystemModstamp: "2026-06-01T11:03:30.000Z" },
      ])
    ).updated,
    1,
  )
  assert.equal(
    (await pool.query("select sf_shadow.fields_to_columns('Site__c') as changed")).rows[0].changed,
    0,
  )
  const asReader = poolAs("sf_shadow_reader")
  const select =
    "select site_id, name, account, speed, fields_c, record_id_c, with_columns_c, s from public.sf_site_shadow order by 1"
  const rows = [
    {
      site_id: record(1, "").Id,
      name: "Site 1",
      account,
      speed: "0.25",
      fields_c: "f",
      record_id_c: "r",
      with_columns_c: "w",
      s: null,
    },
    {
      site_id: record(2, "").Id,
      name: "Site 2",
      account,
      speed: "8.00",
      fields_c: "f",
      record_id_c: "r",
      with_columns_c: "w",
      s: null,
    },
  ]
  assert.deepEqual((await asReader.query(select)).rows, rows)

  // As migrate applies it again.
  await pool.query("revoke select on public.sf_site_shadow from sf_shadow_reader")
  await pool.query(await readFile(join(import.meta.dirname, "../../sql/current/grants.sql"), "utf8"))
  assert.deepEqual((await asReader.query(select)).rows, rows)
  // A parent takes its children along.
  await pool.query("delete from public.sf_account_eligibility_shadow")
  assert.deepEqual((await asReader.query(select)).rows, [])
})

const refused: [what: string, wish: object, describe: object, message: RegExp][] = [
  [
    "one that is mirrored already",
    { object: "Account" },
    { ...contact, name: "Account" },
    /^Account is mirrored already, in sf_account_/,
  ],
  ["one that cannot be queried", {}, { ...contact, queryable: false }, /^Contact cannot be queried$/],
  [
    "an interval that is none",
    { poll: "5 minutes" },
    contact,
    /^Contact cannot be polled every '5 minutes': "poll", or --poll, is a time from 1m to 1d, such as 5m or 2h$/,
  ],
  ["too rare a poll", { poll: "25h" }, contact, /^Contact cannot be polled every '25h'/],
  [
    "a poll without a field to find changes by",
    { poll: "5m" },
    {
      ...contact,
      updateable: true,
      fields: contact.fields
        .map((one) => (one.name === "SystemModstamp" ? { ...one, filterable: false } : one))
        .concat(field("CreatedDate", "datetime")),
    },
    /^Contact cannot be polled: no field by which a query would find what has changed can be filtered/,
  ],
  [
    "a poll of what has no stamp",
    { poll: "5m" },
    { ...contact, fields: contact.fields.filter(({ name }) => name !== "SystemModstamp") },
    /^Contact has no SystemModstamp, by which its versions are told apart$/,
  ],
  [
    "a field that is not there",
    { fields: ["LastName", "Nickname"] },
    contact,
    /Nickname \(there is no such field that this user may read\)$/,
  ],
  [
    "a refused type",
    { fields: ["Photo__c"] },
    contact,
    /cannot have these columns: Photo__c \(the content of a file \(base64\)\)$/,
  ],
  ["no field at all", { fields: [] }, contact, /"fields" must be a list of names/],
  ["the key alone", { fields: ["Id"] }, contact, /no field that could be a column/],
  [
    "another object's table",
    { table: "sf_product_shadow" },
    contact,
    /^sf_product_shadow is the table of Product2: give Contact another/,
  ],
  [
    "a table that is somebody's",
    { table: "sf_catalog" },
    contact,
    /^public.sf_catalog is there already, and no object is mirrored in it/,
  ],
  [
    "a table with a name of its own kind",
    { table: 'x"; drop table y' },
    contact,
    /^a table cannot be called /,
  ],
  ["a long name", { table: "x".repeat(64) }, contact, /63 at most$/],
  ["an unknown keep", { keep: "some" }, contact, /"keep" must be mapped or all/],
  [
    "a parent that is not mirrored",
    { parent: "LastModifiedById" },
    contact,
    /^LastModifiedById refers to User, of which none is mirrored alone/,
  ],
  [
    "a parent that refers to nothing",
    { parent: "LastName" },
    contact,
    /^LastName refers to nothing, and names no parent$/,
  ],
  [
    "a parent that is not there",
    { parent: "Boss__c" },
    contact,
    /^Contact has no field Boss__c that this user may read$/,
  ],
  [
    "a parent that may be empty",
    { parent: "AccountId" },
    contact,
    /^AccountId may be empty, and a row without its parent cannot be stored/,
  ],
  [
    "more columns than a table has",
    {},
    { ...contact, fields: Array.from({ length: 1501 }, (_, n) => field(`F${n}__c`, "string")) },
    /^Contact would have 1501 columns, and 1500 are the most/,
  ],
  ["a name that is none", {}, { ...contact, name: "Contact; drop table x" }, /no name of an object/],
]

test("what cannot be is refused with one message, and leaves the database as it was", async () => {
  const { pool } = await createTestDatabase()
  const before = await everything(pool)
  for (const [what, wish, describe, message] of refused) {
    await assert.rejects(add(pool, wish, describe), (error: Error & { code: string; hint?: string }) => {
      assert.equal(error.code, "SF014", `${what}: ${error.message}`)
      assert.match(error.message, message)
      assert.match(error.hint ?? "", /^Nothing was changed\./)
      return true
    })
  }
  assert.equal(await everything(pool), before)
})

test("two who add the same object at once: one does, the other is told", async () => {
  const { pool } = await createTestDatabase()
  const both = await Promise.allSettled([1, 2].map(() => add(pool, { object: "Contact" }, contact)))
  assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"])
  const { reason } = both.find(({ status }) => status === "rejected") as PromiseRejectedResult
  assert.match(String(reason), /Contact is mirrored already, in sf_contact_shadow/)
})
