import assert from "node:assert/strict"
import { test } from "node:test"
import { account, product, productId } from "../harness/records.ts"
import { completeJob, createJob, finishRun, mergePage, readRun, startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const renew = async (shadow: Shadow, runId: number, job = "750") => {
  const [row] = await shadow.all<{ renewed: boolean }>(
    "select sf_shadow.renew_job($1, $2, 'the job is gone', 0) as renewed",
    runId,
    job,
  )
  return row?.renewed
}

test("pages of the job before are refused, its ids prove nothing, and the run ends by the new job alone", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, expected: 3 })
  await mergePage(shadow, runId, 1, [product(1, 0), product(2, 0)], "next")
  assert.equal(await renew(shadow, runId), true)
  assert.equal(await renew(shadow, runId), false, "once per job")
  const renewed = await readRun(shadow, runId)
  assert.deepEqual([renewed.state, renewed.received], ["queued", 0])

  await createJob(shadow, runId, { from: 60, job: "751" })
  await completeJob(shadow, runId, { to: 61, expected: 2, job: "751" })
  await assert.rejects(mergePage(shadow, runId, 2, [product(3, 0)], null), { code: "SF007" })
  assert.equal(await renew(shadow, runId), false, "not for a job that is not the run's any more")
  const { pages } = await readRun(shadow, runId)
  // Product 1 was deleted in the org between the two jobs.
  await mergePage(shadow, runId, pages + 1, [product(2, 0), product(3, 0)])
  const { state, received, deleted } = await finishRun(shadow, runId, 2)
  assert.deepEqual([state, received, deleted], ["complete", 2, 1])
  const rows = await shadow.all<{ product_id: string }>(
    "select product_id from sf_product_shadow order by product_id",
  )
  assert.deepEqual(
    rows.map(({ product_id }) => product_id),
    [productId(2), productId(3)],
  )
})

test("the run is back where it makes its job: it has no job, no read and no place, and their number is counted", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, expected: 3 })
  await mergePage(shadow, runId, 1, [product(1, 0)], "next")
  const stateOf = async () =>
    (
      await shadow.all(
        `select r.state, r.job_id, r.job_attempts, r.read_id, r.read_from, r.locator, r.expected, r.error,
           r.paused_until is not null as is_paused, r.progressed_at > now() - interval '1 minute' as has_moved
         from sf_shadow.run r where r.run_id = $1`,
        runId,
      )
    )[0]
  const due = { state: "queued", job_id: null, read_id: null, read_from: null, locator: null, expected: null }
  await shadow.pool.query("update sf_shadow.run set progressed_at = now() - interval '1 day'")
  await renew(shadow, runId)
  const again = { ...due, error: "the job is gone", has_moved: true }
  assert.deepEqual(await stateOf(), { ...again, job_attempts: 1, is_paused: false })

  await createJob(shadow, runId, { from: 60, job: "751" })
  await shadow.all("select sf_shadow.renew_job($1, '751', 'the job has failed', 60000)", runId)
  assert.deepEqual(await stateOf(), {
    ...again,
    error: "the job has failed",
    job_attempts: 2,
    is_paused: true,
  })
  const [{ seconds } = { seconds: 0 }] = await shadow.all<{ seconds: number }>(
    "select extract(epoch from paused_until - now())::float8 as seconds from sf_shadow.run",
  )
  assert.ok(seconds > 30 && seconds < 90, `${seconds} s`)
})

test("the run alone of the job that is given up goes back, with its ids; others go on", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, expected: 3 })
  const other = await startRun(shadow, "Account", "full", { from: 20, expected: 3 })
  await mergePage(shadow, runId, 1, [product(1, 0)], "next")
  await mergePage(shadow, other, 1, [account(1, 0)], "next")
  await renew(shadow, runId)
  assert.equal((await readRun(shadow, other)).state, "loading")
  assert.deepEqual(await shadow.all("select run_id from sf_shadow.run_page"), [{ run_id: other }])
})

test("a run that has ended, or has no page to read any more, makes no other job", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, expected: 1 })
  await mergePage(shadow, runId, 1, [product(1, 0)])
  assert.equal(await renew(shadow, runId), false, "sweeping")
  await finishRun(shadow, runId, 1)
  assert.equal(await renew(shadow, runId), false, "complete")
})
