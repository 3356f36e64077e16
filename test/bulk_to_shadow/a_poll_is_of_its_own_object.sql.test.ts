import assert from "node:assert/strict"
import { test } from "node:test"
import { beginTransaction } from "../../src/postgres/transaction.ts"
import { polledShadow, startPoll } from "../harness/polls.ts"
import { product } from "../harness/records.ts"
import { endRun, runThrough, startRun } from "../harness/runs.ts"
import type { Shadow } from "../harness/shadow.ts"
import { waitFor } from "../harness/wait.ts"

/** Accounts that are polled, and products that are too. */
async function bothPolled(): Promise<Shadow> {
  const shadow = await polledShadow(60)
  await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
  await shadow.all("update sf_shadow.object set poll_every = '5 minutes' where object = 'Product2'")
  return shadow
}

const polls = async (shadow: Shadow) =>
  (
    await shadow.all<{ object: string }>("select object from sf_shadow.run where is_poll order by object")
  ).map(({ object }) => object)

test("a delta of another object is not this one's poll, and this one's poll is not the other's", async () => {
  const shadow = await bothPolled()
  const [other] = await shadow.all<{ run_id: number }>(
    "select sf_shadow.start_run('Product2', 'delta', 'poll') as run_id",
  )
  const run = await startPoll(shadow)
  assert.notEqual(run, null)
  assert.notEqual(run, other?.run_id)
  assert.deepEqual(await polls(shadow), ["Account"], "what somebody calls a poll is none")
  assert.deepEqual(
    await shadow.all("select object from sf_shadow.object_state where polled_at is not null"),
    [{ object: "Account" }],
    "the other one is still due",
  )
})

test("a full load of another object puts no poll off, and an Id comparison of its own neither", async () => {
  const shadow = await bothPolled()
  await startRun(shadow, "Product2", "full", { from: 100, expected: 1 })
  await startRun(shadow, "Account", "ids", { from: 100, expected: 2 })
  assert.notEqual(await startPoll(shadow), null)
})

test("each is due at its own time", async () => {
  const shadow = await bothPolled()
  for (const [due, polled] of [
    ["Account", "Product2"],
    ["Product2", "Account"],
  ]) {
    await shadow.all("update sf_shadow.object_state set polled_at = now() where object = $1", polled)
    await shadow.all("update sf_shadow.object_state set polled_at = null where object = $1", due)
    const [started] = await shadow.all<{ due: number | null; polled: number | null }>(
      "select sf_shadow.start_poll($1) as due, sf_shadow.start_poll($2) as polled",
      due,
      polled,
    )
    assert.notEqual(started?.due, null, due)
    assert.equal(started?.polled, null, polled)
    await endRun(shadow, started?.due as number)
  }
})

test("where somebody begins a delta at the same moment, that is followed, and is no poll", async () => {
  const shadow = await polledShadow(60)
  const { client, commit } = await beginTransaction(shadow.pool)
  const { rows } = await client.query("select sf_shadow.start_run('Account', 'delta', 'nightly') as run_id")
  const polling = Promise.allSettled([startPoll(shadow)])
  await waitFor("the poll waits", 10_000, async () => {
    const waiting = await shadow.all(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    )
    return waiting.length > 0
  }).finally(commit)
  const [polled] = await polling
  assert.equal(polled.status === "fulfilled" && polled.value, rows[0].run_id)
  assert.deepEqual(await polls(shadow), [])
})
