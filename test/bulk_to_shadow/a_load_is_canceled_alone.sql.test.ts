import assert from "node:assert/strict"
import { test } from "node:test"
import { account, product } from "../harness/records.ts"
import {
  finishRun,
  mergePage,
  queueRun,
  type RunKind,
  readRun,
  runThrough,
  startRun,
} from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const cancel = async (shadow: Shadow, runId: number) =>
  (await shadow.all<{ was_on: boolean }>("select sf_shadow_cancel_run($1) as was_on", runId))[0]?.was_on

const aborts = (shadow: Shadow) =>
  shadow.all<{ payload: object }>(
    `select j.payload from sf_shadow_worker._private_jobs j
     join sf_shadow_worker._private_tasks t on t.id = j.task_id where t.identifier = 'abort_bulk_job'`,
  )

const pages = (shadow: Shadow) => shadow.all("select distinct run_id from sf_shadow.run_page")

test("a load ends once, by whom is said, its ids are forgotten and its bulk job is aborted; another goes on", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, expected: 2 })
  const other = await startRun(shadow, "Account", "full", { from: 20, expected: 1 })
  await shadow.pool.query(
    "update sf_shadow.run set job_id = '75' || run_id, paused_until = now() + interval '1 h'",
  )
  await mergePage(shadow, runId, 1, [product(1, 0)], "next")
  await mergePage(shadow, other, 1, [account(1, 0)])
  assert.equal(await cancel(shadow, runId), true)
  const [ended] = await shadow.all(
    `select state, error = 'canceled by ' || session_user as says_who, finished_at is not null as has_ended, paused_until
     from sf_shadow.run where run_id = $1`,
    runId,
  )
  assert.deepEqual(ended, { state: "canceled", says_who: true, has_ended: true, paused_until: null })
  assert.deepEqual(await pages(shadow), [{ run_id: other }])
  assert.deepEqual(await aborts(shadow), [{ payload: { job_id: `75${runId}` } }])
  await assert.rejects(mergePage(shadow, runId, 2, [product(2, 0)]), { code: "SF007" })

  assert.equal((await readRun(shadow, other)).state, "sweeping")
  assert.equal((await finishRun(shadow, other, 1)).state, "complete")
  await shadow.all("delete from sf_shadow_worker._private_jobs")
  assert.deepEqual([await cancel(shadow, runId), await cancel(shadow, other)], [false, false])
  assert.deepEqual(await aborts(shadow), [], "there is nothing to abort any more")
  assert.equal((await readRun(shadow, other)).state, "complete")
})

test("a load whose bulk job is not made yet leaves nothing to abort", async () => {
  const shadow = await Shadow.open()
  const runId = await queueRun(shadow, "Product2", "full")
  assert.equal(await cancel(shadow, runId), true)
  assert.deepEqual(await aborts(shadow), [])
})

test("an unknown load is a clear error", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, expected: 2 })
  await assert.rejects(cancel(shadow, runId + 1), {
    code: "SF010",
    message: `there is no run ${runId + 1}`,
    hint: "Runs are the rows of sf_shadow_run.",
  })
  await assert.rejects(shadow.all("select sf_shadow_cancel_run(null)"), { message: "there is no run null" })
})

/** A load that has made no progress for 16 minutes. */
async function standingStill(shadow: Shadow, object: "Product2" | "Account", kind: RunKind): Promise<number> {
  const runId = await startRun(shadow, object, kind, { from: 200, expected: 1 })
  await shadow.pool.query(
    "update sf_shadow.run set progressed_at = now() - interval '16 minutes' where run_id = $1",
    [runId],
  )
  return runId
}

async function start(shadow: Shadow, isForced: boolean): Promise<number> {
  const [run] = await shadow.all<{ id: number }>(
    "select sf_shadow.start_run('Product2', 'full', 'x', $1) as id",
    isForced,
  )
  return run?.id ?? 0
}

test("a forced load takes the place of one that stands still, of its own object and kind alone", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
  const still = await standingStill(shadow, "Product2", "full")
  const ofAnotherKind = await standingStill(shadow, "Product2", "delta")
  const ofAnotherObject = await standingStill(shadow, "Account", "full")
  assert.equal(await start(shadow, false), still, "without force it is followed")
  const anew = await start(shadow, true)
  assert.notEqual(anew, still)
  const states = await Promise.all(
    [still, anew, ofAnotherKind, ofAnotherObject].map(async (id) => (await readRun(shadow, id)).state),
  )
  assert.deepEqual(states, ["canceled", "queued", "loading", "loading"])
  assert.equal(await start(shadow, true), anew, "one that makes progress is followed, forced or not")
})
