import assert from "node:assert/strict"
import { before, test } from "node:test"
import pg from "pg"
import pino from "pino"
import { migrate } from "../../src/postgres/migrate.ts"
import { readSchemaFiles } from "../../src/postgres/schema_files.ts"
import { NamesTakenError } from "../../src/postgres/taken_names.ts"
import { runCommand } from "../commands/process.ts"
import { createEmptyDatabase, createTestDatabase } from "../harness/postgres.ts"

const quiet = pino({ level: "silent" })

async function database(statements: string): Promise<{ url: string; client: pg.Client }> {
  const url = await createEmptyDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statements)
  return { url, client }
}

/** Everything in the database with its definition, but Postgres's own. */
async function contents(client: pg.Client): Promise<unknown[]> {
  const { rows } = await client.query(
    `select 'schema' as kind, nspname::text as name, null as definition from pg_namespace where nspname !~ '^pg_'
     union all select c.relkind::text, c.oid::regclass::text, c.xmin::text from pg_class c
     where c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)
     union all select 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid) from pg_proc p
     where p.pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
     order by 1, 2`,
  )
  return rows
}

const wrapper = `create function public.add_job(identifier text, payload json default '{}') returns bigint
  language sql as 'select 42::bigint'`

const taken: [what: string, statements: string, named: RegExp][] = [
  [
    "a wrapper of add_job with our arguments",
    wrapper,
    /function public\.add_job\(identifier text, payload json\) of role/,
  ],
  [
    "an overload of add_job, whose calls would be ours then",
    `create function public.add_job(identifier text, payload jsonb, queue text default null) returns bigint
       language sql as 'select 42::bigint'`,
    /function public\.add_job\(identifier text, payload jsonb, queue text\)/,
  ],
  ["a table", "create table public.sf_product_shadow (sku text)", /table public\.sf_product_shadow/],
  ["a table where we have a view", "create table public.sf_catalog ()", /table public\.sf_catalog/],
  ["a view", "create view public.sf_shadow_lag as select 1 as lag", /view public\.sf_shadow_lag/],
  [
    "a type",
    "create type public.sf_account_eligibility_answer as enum ('yes')",
    /type public\.sf_account_el/,
  ],
  [
    "an index with the name of a constraint",
    "create table public.t (a text); create index sf_product_shadow_sku_key on public.t (a)",
    /index public\.sf_product_shadow_sku_key/,
  ],
  [
    "statistics",
    "create table public.t (a text, b text); create statistics public.sf_product_shadow_is_active on a, b from public.t",
    /statistics public\.sf_product_shadow_is_active/,
  ],
  [
    "a schema sf_shadow",
    "create schema sf_shadow; create table sf_shadow.photo ()",
    /schema sf_shadow of role/,
  ],
  [
    "a schema sf_shadow with migrations of its own",
    `create schema sf_shadow; create table sf_shadow.migrations (id int, name text, hash text, executed_at timestamp);
     insert into sf_shadow.migrations values (0, 'create', ''), (1, 'photo', ''); create table sf_shadow.photo ()`,
    /schema sf_shadow of role/,
  ],
  [
    "a schema sf_shadow_worker",
    "create schema sf_shadow_worker; create table sf_shadow_worker.jobs ()",
    /schema sf_shadow_worker of role/,
  ],
  [
    "a schema sf_shadow_compiled",
    "create schema sf_shadow_compiled; create table sf_shadow_compiled.photo ()",
    /schema sf_shadow_compiled of role/,
  ],
]

for (const [what, statements, named] of taken) {
  test(`${what} is named, and nothing is done`, async () => {
    const { url, client } = await database(statements)
    const asBefore = await contents(client)
    await assert.rejects(
      migrate(url, quiet),
      (error) => error instanceof NamesTakenError && named.test(error.message),
    )
    assert.deepEqual(await contents(client), asBefore)
    await client.end()
  })
}

test("the command exits 1 and says what to do; all names are said at once", async () => {
  const { url, client } = await database(`${wrapper}; create table public.sf_catalog ()`)
  const { code, stderr, stdout } = await runCommand(["migrate"], { DATABASE_URL: url })
  assert.equal(code, 1)
  assert.equal(stdout, "")
  assert.match(
    stderr,
    /function public\.add_job.*table public\.sf_catalog.*Nothing was done\. Rename or drop it/,
  )
  assert.deepEqual((await client.query("select public.add_job('newsletter')")).rows, [{ add_job: 42 }])
  await client.end()
})

test("what was made later is left alone as well: a function of ours that somebody has replaced by their own", async () => {
  const { url, pool } = await createTestDatabase()
  await pool.query("create schema elsewhere")
  await pool.query(
    "create function elsewhere.add_job(identifier text) returns bigint language sql as 'select 43::bigint'",
  )
  assert.equal((await migrate(url, quiet)).current, 0, "another schema's are no matter of ours")
  await pool.query("drop function public.add_job(text, json)")
  await pool.query(wrapper)
  // Also where only something else is due.
  await pool.query(
    "update sf_shadow.current_file set fingerprint = 'older' where file = 'upkeep/worker_beat.sql'",
  )
  await assert.rejects(
    migrate(url, quiet),
    /function public\.add_job\(identifier text, payload json\) of role/,
  )
  assert.deepEqual((await pool.query("select public.add_job('newsletter', '{}'::json)")).rows, [
    { add_job: 42 },
  ])
  await pool.query("drop function public.add_job(text, json)")
  assert.ok((await migrate(url, quiet)).current > 0)
  await pool.query("select public.add_job('maintain')")
})

test("empty schemas of our names are taken, and a first migrate that was interrupted goes on", async () => {
  const { url, client } = await database(
    "create schema sf_shadow; create schema sf_shadow_compiled; create schema sf_shadow_worker",
  )
  await client.query(`create table sf_shadow.migrations (
    id integer primary key, name varchar(100) unique not null, hash varchar(40) not null,
    executed_at timestamp default current_timestamp)`)
  await client.end()
  assert.ok((await migrate(url, quiet)).migrations.includes("0001_shadow.sql"))
})

let pool: pg.Pool
before(async () => {
  pool = (await createTestDatabase()).pool
})

test("every name that we have in schema public is looked for", async () => {
  const { migrations, current } = await readSchemaFiles()
  const looked = new Set([
    ...migrations.flatMap(({ publicNames }) => publicNames),
    ...current.map(({ name }) => name?.replace("public.", "")),
  ])
  const { rows } = await pool.query<{ name: string }>(
    `select relname::text as name from pg_class where relnamespace = 'public'::regnamespace
     union select proname::text from pg_proc where pronamespace = 'public'::regnamespace
     union select stxname::text from pg_statistic_ext where stxnamespace = 'public'::regnamespace`,
  )
  assert.ok(rows.length > 30)
  assert.deepEqual(
    rows.filter(({ name }) => !looked.has(name)),
    [],
  )
})
