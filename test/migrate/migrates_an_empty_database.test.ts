import assert from "node:assert/strict"
import { test } from "node:test"
import pino from "pino"
import { migrate } from "../../src/postgres/migrate.ts"
import { createPool } from "../../src/postgres/pool.ts"
import { assertMigrated, NotMigratedError } from "../../src/postgres/revision.ts"
import { createEmptyDatabase } from "../harness/postgres.ts"

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
