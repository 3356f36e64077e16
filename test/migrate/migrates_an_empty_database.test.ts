import assert from "node:assert/strict"
import { test } from "node:test"
import pino from "pino"
import { assertMigrated, migrate, NotMigratedError } from "../../src/postgres/migrate.ts"
import { createPool } from "../../src/postgres/pool.ts"
import { createEmptyDatabase } from "../postgres.ts"

const quiet = pino({ level: "silent" })

test("three processes that migrate an empty database at once all succeed, and one does the work", async () => {
  const url = await createEmptyDatabase()
  const pool = createPool(url, { max: 1 })
  await assert.rejects(assertMigrated(pool), NotMigratedError)
  const done = await Promise.all([migrate(url, quiet), migrate(url, quiet), migrate(url, quiet)])
  assert.deepEqual(done.map(({ migrations }) => migrations.length > 0).sort(), [false, false, true])
  await assertMigrated(pool)
  await pool.end()
})

test("a database that a newer version has migrated is refused", async () => {
  const url = await createEmptyDatabase()
  await migrate(url, quiet)
  const pool = createPool(url, { max: 1 })
  await pool.query("insert into sf_shadow.migrations (id, name, hash) values (999, 'later', 'x')")
  await assert.rejects(assertMigrated(pool), /newer version/)
  await pool.end()
})
