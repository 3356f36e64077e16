import assert from "node:assert/strict"
import { test } from "node:test"
import type { PoolClient } from "pg"
import { classifyFailure } from "../../src/bulk_to_shadow/failure.ts"
import { beginTransaction, transaction } from "../../src/postgres/transaction.ts"
import { createTestDatabase } from "../harness/postgres.ts"

const pidOf = async (client: PoolClient): Promise<number> =>
  (await client.query("select pg_backend_pid() as pid")).rows[0].pid

/** Sessions that have worked for transactions, and each has a temporary table of an older shape. */
async function oldSessions(pool: Parameters<typeof transaction>[0], number: number): Promise<Set<number>> {
  const open = await Promise.all(Array.from({ length: number }, () => beginTransaction(pool)))
  const pids = new Set<number>()
  for (const { client, commit } of open) {
    await client.query("create temporary table photo (a text)")
    pids.add(await pidOf(client))
    await commit()
  }
  return pids
}

const failing: [what: string, code: string, statement: string][] = [
  ["a column that an older temporary table lacks", "42703", "insert into pg_temp.photo (b) values ('x')"],
  ["a function that is not there", "42883", "select sf_shadow.of_a_newer_revision()"],
  ["a table that is not there", "42P01", "select from sf_shadow.of_a_newer_revision"],
  ["a plan of another result", "0A000", "do $$ begin raise feature_not_supported; end $$"],
  ["a row of another shape", "42804", "do $$ begin raise datatype_mismatch; end $$"],
]

for (const [what, code, statement] of failing) {
  test(`${what} (${code}): tried once more, by a session that knows nothing of before`, async () => {
    const { pool } = await createTestDatabase()
    const old = await oldSessions(pool, 3)
    const pids: number[] = []
    const done = await transaction(pool, async (client) => {
      pids.push(await pidOf(client))
      if (old.has(pids.at(-1) as number)) await client.query(statement)
      return "done"
    })
    assert.equal(done, "done")
    assert.deepEqual(
      pids.map((pid) => old.has(pid)),
      [true, false],
    )
    // The others of that time are not used again, either.
    const open = await Promise.all([1, 2, 3].map(() => beginTransaction(pool)))
    for (const { client, rollback } of open) {
      assert.ok(!old.has(await pidOf(client)))
      await rollback()
    }
  })
}

test("what fails on a fresh session too is thrown, after two tries; another error after one", async () => {
  const { pool } = await createTestDatabase()
  for (const [statement, code, expected] of [
    ["select nothing_of_this_name", "42703", 2],
    ["select 1 / 0", "22012", 1],
  ] as const) {
    let tries = 0
    await assert.rejects(
      transaction(pool, (client) => {
        tries++
        return client.query(statement)
      }),
      { code },
    )
    assert.equal(tries, expected)
  }
})

test("a transaction that outlives a function says that its session is outdated; a load tries its page again", async () => {
  const { pool } = await createTestDatabase()
  const old = await oldSessions(pool, 2)
  const opened = await beginTransaction(pool)
  const error = await opened.client
    .query("insert into pg_temp.photo (b) values ('x')")
    .catch((cause) => cause)
  await opened.rollback(error)
  assert.equal(classifyFailure(error).action, "retry")
  const again = await beginTransaction(pool)
  assert.ok(!old.has(await pidOf(again.client)))
  await again.rollback()
})
