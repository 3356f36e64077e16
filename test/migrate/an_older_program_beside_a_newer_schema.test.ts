import assert from "node:assert/strict"
import { test } from "node:test"
import pino from "pino"
import { migrate } from "../../src/postgres/migrate.ts"
import { assertMigrated, NotMigratedError, OlderProgramError } from "../../src/postgres/revision.ts"
import { readRevision } from "../../src/postgres/schema_files.ts"
import { runCommand } from "../commands/process.ts"
import { createTestDatabase } from "../harness/postgres.ts"

const quiet = pino({ level: "silent" })

test("it goes on while the schema serves it, and its migrate is refused with both revisions", async () => {
  const { url, pool } = await createTestDatabase()
  const { revision } = await readRevision()
  await pool.query("update sf_shadow.revision set revision = 999")
  // What an older program would take back.
  await pool.query(
    "update sf_shadow.current_file set fingerprint = 'newer' where file = 'upkeep/worker_beat.sql'",
  )
  await assertMigrated(pool)
  await assert.rejects(migrate(url, quiet), OlderProgramError)
  const { code, stdout, stderr } = await runCommand(["migrate"], { DATABASE_URL: url })
  assert.equal(code, 1)
  assert.equal(stdout, "")
  assert.match(stderr, /schema revision 999, and this program is older/)
  assert.ok(stderr.includes(`(${revision})`), stderr)
  assert.match(stderr, /Nothing was done\. It works on this schema as it is/)
  const { rows } = await pool.query("select revision from sf_shadow.revision")
  assert.deepEqual(rows, [{ revision: 999 }])
  assert.equal((await runCommand(["status"], { DATABASE_URL: url })).code, 0)
})

test("it is refused by a schema that does not serve it any more, and says which version to deploy", async () => {
  const { url, pool } = await createTestDatabase()
  await pool.query("update sf_shadow.revision set revision = 999, serves = 998")
  await assert.rejects(assertMigrated(pool), (error) => {
    assert.ok(error instanceof NotMigratedError)
    assert.match(
      error.message,
      /migrated by a newer version: its schema revision 999 serves programs from revision 998 on/,
    )
    return true
  })
  const { code, stderr } = await runCommand(["migrate"], { DATABASE_URL: url })
  assert.equal(code, 1)
  assert.match(stderr, /revision 999.*Deploy the newer version here too/)
})

test("a newer program on an older schema is told to run migrate; text that differs alone makes no process unready", async () => {
  const { pool } = await createTestDatabase()
  await pool.query("update sf_shadow.current_file set fingerprint = 'another byte'")
  await assertMigrated(pool)
  await pool.query("update sf_shadow.revision set revision = 0, serves = 0")
  await assert.rejects(
    assertMigrated(pool),
    /has schema revision 0, and this program needs \d+\. Run migrate/,
  )
})
