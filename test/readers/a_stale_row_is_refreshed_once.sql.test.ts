import assert from "node:assert/strict"
import { test } from "node:test"
import { transaction } from "../../src/postgres/transaction.ts"
import { account, accountId } from "../harness/records.ts"
import type { Shadow } from "../harness/shadow.ts"
import { type Answer, ask, before, jobs, loadedShadow, readAccounts, requested } from "./claims.ts"

const [first, second] = [accountId(1), accountId(2)]

/** Asks on a connection that is given, within its transaction. */
const askOn = (
  queries: { query(sql: string, values: unknown[]): Promise<{ rows: unknown[] }> },
  id: string,
) =>
  ask(
    { all: async <T>(sql: string, ...values: unknown[]) => (await queries.query(sql, values)).rows as T[] },
    id,
  )

async function drain(shadow: Shadow): Promise<string[]> {
  await shadow.all("select sf_shadow.requests_to_dirty('Account')")
  return shadow.dirtyIds("Account")
}

test("many askers queue one request per row and one job in all, and a read settles them", async () => {
  const shadow = await loadedShadow(3_000)
  const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => ask(shadow, n % 2 ? first : second)))
  assert.ok(answers.every(({ is_stale, refresh_queued }) => is_stale && refresh_queued))
  assert.deepEqual(await requested(shadow), [first, second])
  assert.deepEqual(await jobs(shadow), [{ key: "refresh:Account", task_identifier: "records_to_shadow" }])

  assert.deepEqual(await drain(shadow), [first, second])
  assert.deepEqual(await requested(shadow), [])
  const [mark] = await shadow.dirty("Account")
  assert.ok(mark && mark.not_before <= new Date(), "to be read at once")
  await ask(shadow, first)
  assert.deepEqual(await requested(shadow), [], "a marked row is not asked for again")

  await readAccounts(shadow, [account(1, before(8_000)), account(2, before(8_000))], 5)
  const marks = await shadow.dirty("Account")
  await shadow.all(
    "select sf_shadow.clear_marks('Account', $1, $2)",
    marks.map(({ record_id }) => record_id),
    marks.map(({ generation }) => generation),
  )
  const answer = await ask(shadow, first)
  assert.deepEqual([answer.is_stale, answer.reason, answer.refresh_queued], [false, null, false])
})

test("no asker waits for another one's commit, and the service waits for no asker", async () => {
  const shadow = await loadedShadow(3_000)
  const open = await shadow.pool.connect()
  await open.query("begin")
  await askOn(open, first)
  try {
    const startedAt = performance.now()
    const same = await ask(shadow, first)
    const other = await ask(shadow, second)
    assert.deepEqual([same.refresh_queued, other.refresh_queued], [true, true])
    // What the fold and the re-read do meanwhile.
    await shadow.all(
      "select sf_shadow._mark_dirty('Account', array[$1], array[now()], array[now()], array['a gap'])",
      first,
    )
    assert.ok(performance.now() - startedAt < 1_000, "somebody waited")
    assert.deepEqual(await requested(shadow), [second], "the first one's is not committed")
  } finally {
    await open.query("rollback")
    open.release()
  }
  // The job was the first one's and went with it; the minute's look finds the request.
  await shadow.all("select sf_shadow.requeue_forgotten()")
  assert.deepEqual(await shadow.dirtyIds("Account"), [first, second])
})

test("a request that another transaction holds is left for the next turn", async () => {
  const shadow = await loadedShadow(3_000)
  await ask(shadow, first)
  await ask(shadow, second)
  const open = await shadow.pool.connect()
  await open.query("begin")
  await open.query("select from sf_shadow.refresh_request where record_id = $1 for update", [first])
  assert.deepEqual(await drain(shadow), [second])
  await open.query("rollback")
  open.release()
  assert.deepEqual(await drain(shadow), [first, second])
})

test("a read-only transaction answers the same and asks for nothing", async () => {
  const shadow = await loadedShadow(3_000)
  const inside = await transaction(shadow.pool, async (client) => {
    await client.query("set transaction read only")
    return askOn(client, first)
  })
  assert.deepEqual([inside.is_found, inside.is_stale, inside.refresh_queued], [true, true, false])
  assert.deepEqual(await requested(shadow), [])
  assert.deepEqual(await jobs(shadow), [])
})

test("two askers in serializable transactions both get their answer", async () => {
  const shadow = await loadedShadow(3_000)
  const clients = await Promise.all([shadow.pool.connect(), shadow.pool.connect()])
  for (const client of clients) {
    await client.query("begin isolation level repeatable read")
    await client.query("select 1")
  }
  const answers: Answer[] = []
  for (const client of clients) {
    answers.push(await askOn(client, first))
    await client.query("commit")
    client.release()
  }
  assert.deepEqual(
    answers.map(({ is_found }) => is_found),
    [true, true],
  )
  assert.deepEqual(await requested(shadow), [first])
})
