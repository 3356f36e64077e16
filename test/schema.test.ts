import assert from "node:assert/strict"
import { readdir, readFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { before, test } from "node:test"
import { createTestDatabase, type TestDatabase } from "./harness/postgres.ts"
import { raiseCommand, schemaFingerprint } from "./revision.ts"
import { dumpCommand, dumpSchema } from "./schema_dump.ts"
import { readSqlFiles, saysInlined } from "./sql_form.ts"

const sql = join(import.meta.dirname, "../sql")

let pool: TestDatabase["pool"]
before(async () => {
  pool = (await createTestDatabase()).pool
})

test("the migrated database is the one in test/schema.sql", async (t) => {
  const committed = await readFile(join(import.meta.dirname, "schema.sql"), "utf8")
  const migrated = await dumpSchema(pool)
  const version = (dump: string) => dump.slice(0, dump.indexOf("\n"))
  if (version(committed) !== version(migrated)) {
    t.skip(`test/schema.sql was written by another version: ${version(committed)}, here ${version(migrated)}`)
    return
  }
  const known = new Set(committed.split("\n"))
  const now = new Set(migrated.split("\n"))
  const changes = [
    ...[...known].filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...[...now].filter((line) => !known.has(line)).map((line) => `+ ${line}`),
  ]
  if (committed === migrated) return
  assert.fail(
    `The schema has changed. If it should, commit the result of: ${dumpCommand}\n${changes.join("\n")}`,
  )
})

test("whatever has changed in sql/ has another revision, so that an older program does not take it back", async () => {
  const { revision, fingerprint } = JSON.parse(await readFile(join(sql, "revision.json"), "utf8"))
  assert.equal(
    await schemaFingerprint(),
    fingerprint,
    `sql/ has changed since revision ${revision}. Commit the result of: ${raiseCommand}`,
  )
})

test("every insert names its columns, so that it outlives a table that has got one more", async () => {
  const source = join(import.meta.dirname, "..")
  const files = (
    await Promise.all(
      ["sql", "src", "tasks"].map(async (folder) =>
        (await readdir(join(source, folder), { recursive: true })).map((file) => join(folder, file)),
      ),
    )
  )
    .flat()
    .filter((file) => /\.(sql|ts)$/.test(file))
  assert.ok(files.length > 200)
  const byPosition: string[] = []
  for (const file of files) {
    const text = await readFile(join(source, file), "utf8")
    for (const [insert, next = ""] of text.matchAll(/\binsert into \S+(?: as \w+)?\s+(\S+)/g))
      if (!/^\(|^default$/.test(next)) byPosition.push(`${file}: ${insert}`)
  }
  assert.deepEqual(byPosition, [])
})

const wanted = process.env.TEST_POSTGRES_VERSION

test("the server is of the version that was asked for", { skip: !wanted }, async () => {
  const { rows } = await pool.query<{ major: number }>(
    "select current_setting('server_version_num')::int / 10000 as major",
  )
  assert.equal(String(rows[0]?.major), wanted)
})

/** What the files create, by kind: "function sf_shadow._mark_dirty". */
async function createdBy(folder: string): Promise<{ file: string; created: string[] }[]> {
  const entries = await readdir(join(sql, folder), { recursive: true })
  const files = entries.filter((file) => file.endsWith(".sql")).sort()
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(sql, folder, file), "utf8")
      const matches = text.matchAll(/^create (?:or replace )?(function|view) ([a-z_]+\.[a-z_0-9]+)/gm)
      return { file, created: [...matches].map(([, kind, name]) => `${kind} ${name}`) }
    }),
  )
}

test("the functions whose heads say that they are inlined are inlined", async () => {
  const names = [...(await readSqlFiles())]
    .filter(([file, text]) => file.startsWith("sql/current/") && saysInlined(text))
    .map(([file]) => `sf_shadow.${basename(file, ".sql")}`)
  assert.ok(names.length >= 10, `${names.length} functions`)
  const { rows } = await pool.query<{ name: string; call: string }>(
    `select p.oid::regproc::text as name, format('explain (verbose) select %s(%s) from (select %s offset 0) given', p.oid::regproc,
       string_agg('given.a' || a.place, ', ' order by a.place),
       coalesce(string_agg(format('null::%s as a%s', format_type(a.type, null), a.place), ', ') filter (where a.place > 0), '')) as call
     from pg_proc p left join unnest(p.proargtypes) with ordinality a (type, place) on true
     where format('sf_shadow.%s', p.proname) = any ($1) and p.pronamespace = 'sf_shadow'::regnamespace group by p.oid`,
    [names],
  )
  assert.equal(rows.length, names.length)
  for (const { name, call } of rows) {
    const plan = await pool.query<{ "QUERY PLAN": string }>(call)
    const text = plan.rows.map((row) => row["QUERY PLAN"]).join("\n")
    assert.ok(!text.includes(`${name}(`), `${call}\n${text}`)
  }
})

test("every function and view of the database has a file", async () => {
  const files = [...(await createdBy("migrations")), ...(await createdBy("current"))]
  const { rows } = await pool.query<{ object: string }>(
    `select distinct 'function ' || n.nspname || '.' || p.proname as object
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('public', 'sf_shadow')
     union
     select 'view ' || schemaname || '.' || viewname from pg_views where schemaname in ('public', 'sf_shadow')`,
  )
  const inFiles = new Set(files.flatMap(({ created }) => created))
  assert.deepEqual(rows.map(({ object }) => object).sort(), [...inFiles].sort())
})

/** What other services rely on (docs/architecture.md). More columns may follow. */
const contract: Record<string, string[]> = {
  sf_product_shadow: [
    "product_id text not null",
    "sku text not null",
    "name text not null",
    "item_class text",
    "offering_type text",
    "plan_tier text",
    "vpn_region text",
    "updated_at timestamp with time zone not null",
    "raw_payload jsonb not null",
  ],
  sf_pricebook_shadow: [
    "pricebook_entry_id text not null",
    "product_id text not null",
    "pricebook_id text not null",
    "unit_price numeric(12,2) not null",
    "currency_iso_code text not null",
    "is_active boolean not null",
    "updated_at timestamp with time zone not null",
    "raw_payload jsonb not null",
  ],
  sf_account_eligibility_shadow: [
    "account_id text not null",
    "internet_eligibility text",
    "eligibility_source text",
    "updated_at timestamp with time zone not null",
    "raw_payload jsonb not null",
  ],
}

for (const [table, columns] of Object.entries(contract)) {
  test(`${table} begins with the columns that other services read`, async () => {
    const { rows } = await pool.query<{ column: string; collated: boolean }>(
      `select concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end) as column,
         a.attcollation not in (0, 'pg_catalog."default"'::regcollation) as collated
       from pg_attribute a where a.attrelid = $1::regclass and a.attnum between 1 and $2 order by a.attnum`,
      [`public.${table}`, columns.length],
    )
    assert.deepEqual(
      rows.map(({ column }) => column),
      columns,
    )
    // Users join ids to their own tables: another collation would cost them the index.
    assert.deepEqual(
      rows.filter(({ collated }) => collated),
      [],
    )
  })
}

test("the keys of the public tables are as other services rely on them", async () => {
  const { rows } = await pool.query<{ definition: string }>(
    `select conrelid::regclass || ' ' || pg_get_constraintdef(oid) as definition from pg_constraint
     where conrelid::regclass::text = any ($1) and contype in ('p', 'u', 'f') order by 1`,
    [Object.keys(contract)],
  )
  assert.deepEqual(
    rows.map(({ definition }) => definition),
    [
      "sf_account_eligibility_shadow PRIMARY KEY (account_id)",
      "sf_pricebook_shadow FOREIGN KEY (product_id) REFERENCES sf_product_shadow(product_id) ON DELETE CASCADE",
      "sf_pricebook_shadow PRIMARY KEY (pricebook_entry_id)",
      "sf_product_shadow PRIMARY KEY (product_id)",
      "sf_product_shadow UNIQUE (sku) DEFERRABLE",
    ],
  )
})
