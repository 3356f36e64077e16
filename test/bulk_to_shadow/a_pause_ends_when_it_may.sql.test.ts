import assert from "node:assert/strict"
import { test } from "node:test"
import { createJob, queueRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const minuteMs = 60_000

async function resume(shadow: Shadow, runId: number): Promise<number> {
  const [row] = await shadow.all<{ wait_ms: number }>("select sf_shadow.resume_run($1) as wait_ms", runId)
  return row?.wait_ms ?? Number.NaN
}

async function pauseOf(shadow: Shadow, runId: number) {
  const [run] = await shadow.all(
    `select state, error, round(extract(epoch from paused_until - now()))::integer as paused_for_s
     from sf_shadow_run where run_id = $1`,
    runId,
  )
  return run
}

test("that of the API budget at once, that before a job is made anew when its time has come", async () => {
  const shadow = await Shadow.open()
  const runId = await queueRun(shadow, "Product2", "full")
  await shadow.all("select sf_shadow.pause_run($1, 'the API budget', $2)", runId, minuteMs)
  assert.deepEqual(await pauseOf(shadow, runId), {
    state: "paused",
    error: "the API budget",
    paused_for_s: 60,
  })
  assert.equal(await resume(shadow, runId), 0)
  const goesOn = { state: "queued", error: null, paused_for_s: null }
  assert.deepEqual(await pauseOf(shadow, runId), goesOn)

  await createJob(shadow, runId, { from: 20 })
  await shadow.all("select sf_shadow.renew_job($1, '750', 'the job has failed', $2)", runId, minuteMs)
  const waitMs = await resume(shadow, runId)
  assert.ok(waitMs > 50_000 && waitMs <= minuteMs, `${waitMs} ms`)
  assert.equal(Math.ceil(waitMs), waitMs, "whole milliseconds, rounded up")
  assert.deepEqual(await pauseOf(shadow, runId), {
    state: "paused",
    error: "the job has failed",
    paused_for_s: 60,
  })
  await shadow.all("update sf_shadow.run set paused_until = now() - interval '1 ms'")
  assert.equal(await resume(shadow, runId), 0)
  assert.deepEqual(await pauseOf(shadow, runId), goesOn)
})
