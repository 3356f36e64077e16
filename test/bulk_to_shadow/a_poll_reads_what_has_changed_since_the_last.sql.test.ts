import assert from "node:assert/strict"
import { test } from "node:test"
import { transaction } from "../../src/postgres/transaction.ts"
import { answerPoll, poll, polledBefore, polledShadow, startPoll } from "../harness/polls.ts"
import { account, accountId, at } from "../harness/records.ts"
import { finishRun, readRun } from "../harness/runs.ts"
import type { Shadow } from "../harness/shadow.ts"

/** Seconds between two times, of SQL, of the last run, to the nearest 10. */
async function seconds(shadow: Shadow, from: string, to: string): Promise<number> {
  const [row] = await shadow.all<{ seconds: number }>(
    `select round(extract(epoch from ${to} - ${from}), -1)::int as seconds
     from sf_shadow.run r join sf_shadow.object_state s on s.object = r.object order by r.run_id desc limit 1`,
  )
  return (row as { seconds: number }).seconds
}

test("a poll reaches back, by the overlap, before the moment on Salesforce's clock at which the last one read", async () => {
  // Salesforce's clock is a day behind this database's: a cursor of this one would pass over a day of changes.
  const shadow = await polledShadow(86_400)
  await startPoll(shadow)
  assert.equal(await seconds(shadow, "r.since", "s.delta_from"), 15 * 60)
  assert.equal(await seconds(shadow, "s.delta_from", "now()"), 86_400)
  await answerPoll(shadow, (await startPoll(shadow)) as number, [], { ago: 86_100 })
  await finishRun(shadow, (await startPoll(shadow)) as number)
  await polledBefore(shadow, "10 minutes")
  await startPoll(shadow)
  assert.equal(await seconds(shadow, "r.since", "now()"), 86_100 + 15 * 60)
})

test("it stores what has changed, removes what is in the recycle bin, and leaves what it has read before", async () => {
  const shadow = await polledShadow(
    600,
    [1, 2, 3].map((n) => account(n, 0)),
  )
  const run = await poll(
    shadow,
    [
      account(1, 100, { Internet_Eligibility__c: "Now" }),
      { ...account(2, 100), IsDeleted: true },
      account(3, 0),
      account(4, 100),
    ],
    1,
  )
  assert.deepEqual([run.state, run.inserted, run.deleted, run.dirty], ["complete", 1, 1, 0])
  assert.deepEqual(await shadow.ids("Account"), [1, 3, 4].map(accountId))
  assert.equal((await shadow.row("Account", accountId(1)))?.internet_eligibility, "Now")
  const told = await shadow.invalidations("Account")
  assert.deepEqual(
    told.flatMap(({ record_ids }) => record_ids ?? []).filter((id) => id === accountId(3)).length,
    1,
    "the load alone has told of the one that is as it was",
  )
})

test("what a transaction has stamped before it was committed is no drift while a delta reaches back to it", async () => {
  const drift = async (ago: number) => {
    const shadow = await polledShadow(60)
    const stampedAt = (Date.now() - at(0).getTime()) / 1000 - ago
    const run = await poll(shadow, [account(1, stampedAt, { Internet_Eligibility__c: "Late" })], 0)
    assert.equal((await shadow.row("Account", accountId(1)))?.internet_eligibility, "Late")
    return (
      await shadow.all<{ drift: number }>("select drift from sf_shadow.run where run_id = $1", run.run_id)
    )[0]?.drift
  }
  assert.equal(await drift(300), 0)
  assert.equal(await drift(2000), 1, "the overlap does not explain it")
})

test("what a poll reads again says until when its row is right, though it is equal: no event would tell of it", async () => {
  const shadow = await polledShadow(60)
  const before = (await shadow.row("Account", accountId(1)))?.synced_at as Date
  await poll(shadow, [account(1, 0)], 0)
  const after = (await shadow.row("Account", accountId(1)))?.synced_at as Date
  assert.ok(
    after.getTime() - before.getTime() > 50_000,
    `${before.toISOString()}, then ${after.toISOString()}`,
  )
})

test("further pages by REST are one read with the first, which ends with the last of them", async () => {
  const shadow = await polledShadow(600)
  const runId = (await startPoll(shadow)) as number
  await answerPoll(shadow, runId, [account(3, 0)], {
    ago: 60,
    total: 2,
    next: "/services/data/v66.0/queryAll/0r8-1",
  })
  const loading = await readRun(shadow, runId)
  assert.deepEqual([loading.state, loading.received, loading.expected], ["loading", 1, 2])
  const [waits] = await shadow.all("select waits_for from sf_shadow_run where run_id = $1", runId)
  assert.deepEqual(waits, { waits_for: "page 2 by REST" })
  await transaction(shadow.pool, async (client) => {
    await client.query("select sf_shadow.extend_read($1, now() - interval '20 seconds')", [runId])
    await shadow.openPage("Account", [account(4, 0)], client)
    await client.query("select sf_shadow.bulk_to_shadow($1, 2, null, false)", [runId])
  })
  assert.equal(await seconds(shadow, "(select max(read_to) from sf_shadow.read)", "now()"), 20)
  assert.equal((await finishRun(shadow, runId)).state, "complete")
  assert.equal(
    await seconds(shadow, "s.delta_from", "now()"),
    60,
    "the next one begins where the first page did",
  )
})

test("a query whose cursor is gone is asked anew from the first page", async () => {
  const shadow = await polledShadow(600)
  const runId = (await startPoll(shadow)) as number
  await answerPoll(shadow, runId, [account(3, 0)], { ago: 60, total: 2, next: "/next" })
  assert.deepEqual(await shadow.all("select by_rest from sf_shadow.run where run_id = $1", runId), [
    { by_rest: true },
  ])
  await shadow.all("select sf_shadow.renew_job($1, null, 'the cursor is gone', 0)", runId)
  const [run] = await shadow.all(
    "select state, by_rest, locator, received, read_id from sf_shadow.run where run_id = $1",
    runId,
  )
  assert.deepEqual(run, { state: "queued", by_rest: false, locator: null, received: 0, read_id: null })
})

test("a version that was read before the last one known does not win by a poll", async () => {
  const shadow = await polledShadow(600)
  await poll(shadow, [account(1, 200, { Internet_Eligibility__c: "New" })], 1)
  await polledBefore(shadow, "1 hour")
  // Its query had looked before the change, and its answer came late: within the margin the two cannot be ordered.
  await poll(shadow, [account(1, 100, { Internet_Eligibility__c: "Old" })], 0)
  assert.equal((await shadow.row("Account", accountId(1)))?.internet_eligibility, "New")
  assert.deepEqual(await shadow.dirtyIds("Account"), [accountId(1)])
})
