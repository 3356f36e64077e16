import assert from "node:assert/strict"
import { test } from "node:test"
import { createJob, endRun, queueRun } from "../harness/runs.ts"
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

test("whose job was made anew waits for no other run's time, and for the API budget no longer than that asks", async () => {
  const shadow = await Shadow.open()
  const [waits, goesOn] = [
    await queueRun(shadow, "Product2", "full"),
    await queueRun(shadow, "Account", "full"),
  ]
  for (const [runId, waitMs] of [
    [waits, minuteMs],
    [goesOn, 0],
  ] as const) {
    await createJob(shadow, runId, { from: 20 })
    await shadow.all("select sf_shadow.renew_job($1, '750', 'the job has failed', $2)", runId, waitMs)
  }
  assert.equal(await resume(shadow, goesOn), 0)
  await createJob(shadow, goesOn, { from: 30, job: "751" })
  await shadow.all("select sf_shadow.pause_run($1, 'the API budget', $2)", goesOn, minuteMs)
  assert.equal(await resume(shadow, goesOn), 0)
  assert.ok((await resume(shadow, waits)) > 0)
})

test("what fails while it is paused keeps its reason", async () => {
  const shadow = await Shadow.open()
  const runId = await queueRun(shadow, "Product2", "full")
  await shadow.all("select sf_shadow.pause_run($1, 'the API budget', $2)", runId, minuteMs)
  await endRun(shadow, runId, { error: "the object is gone" })
  assert.equal(await resume(shadow, runId), 0)
  assert.deepEqual(await pauseOf(shadow, runId), {
    state: "failed",
    error: "the object is gone",
    paused_for_s: null,
  })
})

test("a run that is not paused keeps what is said of its last step", async () => {
  const shadow = await Shadow.open()
  const runId = await queueRun(shadow, "Product2", "full")
  await shadow.all("select sf_shadow.note_run_error($1, 'Salesforce is away')", runId)
  assert.equal(await resume(shadow, runId), 0)
  assert.deepEqual(await pauseOf(shadow, runId), {
    state: "queued",
    error: "Salesforce is away",
    paused_for_s: null,
  })
})
