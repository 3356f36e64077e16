import assert from "node:assert/strict"
import { test } from "node:test"
import { createJob, queueRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

test("another state or count is progress, the same one is not; the run's age is counted from its beginning", async () => {
  const shadow = await Shadow.open()
  const runId = await queueRun(shadow, "Product2", "full")
  await createJob(shadow, runId, { from: 20 })
  const lookAgain = async (jobState: string, records: number) => {
    await shadow.all(
      `update sf_shadow.run set started_at = now() - interval '1 hour', progressed_at = now() - interval '1 minute',
         looked_at = null, error = 'the look before failed'`,
    )
    const [look] = await shadow.all<{ elapsed_ms: number; still_ms: number }>(
      "select * from sf_shadow.note_look($1, '750', $2, $3)",
      runId,
      jobState,
      records,
    )
    const [seen] = await shadow.all(
      `select job_state, job_records, error, looked_at > now() - interval '1 minute' as is_looked_at from sf_shadow.run`,
    )
    assert.deepEqual(seen, { job_state: jobState, job_records: records, error: null, is_looked_at: true })
    assert.equal(Math.round((look?.elapsed_ms ?? 0) / 60_000), 60)
    return Math.round((look?.still_ms ?? Number.NaN) / 60_000)
  }
  assert.equal(await lookAgain("UploadComplete", 0), 0)
  assert.equal(await lookAgain("UploadComplete", 0), 1)
  assert.equal(await lookAgain("InProgress", 0), 0)
  assert.equal(await lookAgain("InProgress", 7), 0)
  assert.equal(await lookAgain("InProgress", 7), 1)
})

test("a job that is made anew was not looked at: what the one before had come to is forgotten", async () => {
  const shadow = await Shadow.open()
  const runId = await queueRun(shadow, "Product2", "full")
  await createJob(shadow, runId, { from: 20 })
  await shadow.all("select sf_shadow.note_look($1, '750', 'InProgress', 7)", runId)
  await shadow.all("select sf_shadow.renew_job($1, '750', 'the job is gone', 0)", runId)
  await shadow.all("update sf_shadow.run set progressed_at = now() - interval '1 hour'")
  await createJob(shadow, runId, { from: 30, job: "751" })
  const [run] = await shadow.all(
    `select r.waits_for, own.job_records, r.progressed_at > now() - interval '1 minute' as has_moved
     from sf_shadow_run r join sf_shadow.run own using (run_id)`,
  )
  assert.deepEqual(run, {
    waits_for: "Salesforce: bulk job 751 is made",
    job_records: null,
    has_moved: true,
  })
})
