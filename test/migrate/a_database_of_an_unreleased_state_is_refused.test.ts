import assert from "node:assert/strict"
import { test } from "node:test"
import { runCommand } from "../commands/process.ts"
import { createTestDatabase } from "../harness/postgres.ts"

/** As the database of such a state is: more migrations, the first of the same name. */
const unreleased = `
  update sf_shadow.migrations set hash = 'another' where id in (1, 2);
  insert into sf_shadow.migrations (id, name, hash) values (101, 'organization', 'another'), (102, 'revision', 'another');
  update sf_shadow.revision set revision = 1`

test("one whose migrations were others is left alone, and migrate says which and what to do", async () => {
  const { url, pool } = await createTestDatabase()
  await pool.query(unreleased)
  const { code, stdout, stderr } = await runCommand(["migrate"], { DATABASE_URL: url })
  assert.equal(code, 1)
  assert.equal(stdout, "")
  assert.match(
    stderr,
    /other files than 0001_shadow\.sql, 0002_object\.sql of this program\. Nothing was done/,
  )
  assert.match(stderr, /stop every process, remove everything of it .* backfill/)
  assert.deepEqual((await pool.query("select revision from sf_shadow.revision")).rows, [{ revision: 1 }])
})

test("migrations of later numbers are a newer program's: what it has left half done is no reason to refuse", async () => {
  const { url, pool } = await createTestDatabase()
  await pool.query("insert into sf_shadow.migrations (id, name, hash) values (101, 'note', 'newer')")
  const { code, stdout, stderr } = await runCommand(["migrate"], { DATABASE_URL: url })
  assert.equal(code, 0, stderr)
  assert.match(stdout, /Migrations: none were missing/)
})
