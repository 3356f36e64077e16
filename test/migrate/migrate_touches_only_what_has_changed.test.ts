import assert from "node:assert/strict"
import { test } from "node:test"
import type pg from "pg"
import pino from "pino"
import { migrate } from "../../src/postgres/migrate.ts"
import { runCommand } from "../commands/process.ts"
import { createTestDatabase, type TestDatabase } from "../harness/postgres.ts"

const quiet = pino({ level: "silent" })

/** A session with an open transaction, which ends with the test's database. */
async function openTransaction({ pool, beforeClose }: TestDatabase): Promise<pg.PoolClient> {
  const client = await pool.connect()
  beforeClose(async () => client.release(true))
  await client.query("begin")
  return client
}

/** As the database of an older program is: this file was applied with another text. */
function outdate(pool: pg.Pool, file: string): Promise<unknown> {
  return pool.query("update sf_shadow.current_file set fingerprint = 'older' where file = $1", [file])
}

test("with nothing to do it ends at once, whatever others hold: a reader's transaction, locks, another migrate", async () => {
  const database = await createTestDatabase()
  const other = await openTransaction(database)
  await other.query("select * from sf_shadow_lag")
  await other.query("lock table sf_shadow_lag, sf_shadow_backlog in access exclusive mode")
  await other.query("select pg_advisory_xact_lock(21318, -1)")
  const { code, stdout, stderr } = await runCommand(["migrate"], { DATABASE_URL: database.url })
  assert.equal(code, 0, stderr)
  assert.match(stdout, /Migrations: none were missing\. Functions and views applied: 0 files\./)
})

test("one function that has changed is applied, beside transactions on views and functions that have not", async () => {
  const database = await createTestDatabase()
  const { pool, url } = database
  const views =
    "select oid::regclass::text as view, xmin::text from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace order by 1"
  // Not those that the grants have touched.
  const functions =
    "select oid::regprocedure::text as function from pg_proc where pronamespace = 'sf_shadow'::regnamespace and xmin = $1::text::xid and proacl is null order by 1"
  const { rows: before } = await pool.query(views)
  const reader = await openTransaction(database)
  await reader.query("select * from sf_shadow_lag, sf_shadow_backlog")
  await outdate(pool, "upkeep/worker_beat.sql")
  const { current, migrations } = await migrate(url, quiet)
  // Beside it those that act on others: queues and grants.
  assert.deepEqual({ current, migrations }, { current: 3, migrations: [] })
  const { rows: applied } = await pool.query("select xmin::text as tx from sf_shadow.revision")
  assert.deepEqual((await pool.query(functions, [applied[0].tx])).rows, [
    { function: "sf_shadow.worker_beat(text[])" },
  ])
  assert.deepEqual(
    (await pool.query(views)).rows.map(({ view }) => view),
    before.map(({ view }) => view),
  )
  assert.equal((await migrate(url, quiet)).current, 0)
})

test("a view or function that is not there any more is made again, with its grants", async () => {
  const { pool, url, poolAs } = await createTestDatabase()
  await pool.query("drop view sf_shadow_lag cascade")
  await pool.query("drop function sf_shadow.worker_beat(text[])")
  await migrate(url, quiet)
  await pool.query("select sf_shadow.worker_beat('{}')")
  await poolAs("sf_shadow_reader").query("select * from sf_shadow_lag")
})

test("a view that has changed and is read for long: an error after 15 s that says so, and nothing of it is kept", async () => {
  const database = await createTestDatabase()
  const reader = await openTransaction(database)
  await reader.query("select * from sf_shadow_lag")
  await outdate(database.pool, "upkeep/worker_beat.sql")
  await outdate(database.pool, "views/lag.sql")
  await assert.rejects(
    migrate(database.url, quiet),
    /sql\/current\/views\/lag\.sql: .* Somebody holds a lock on it for over 15 s: end that transaction and run migrate again/,
  )
  await reader.query("rollback")
  assert.equal((await migrate(database.url, quiet)).current, 4)
})
