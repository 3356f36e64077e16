import assert from "node:assert/strict"
import { test } from "node:test"
import { endRun, readRun, startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

test("a run that is canceled while its driver pauses it, ends its pause or gives it up stays canceled, with its reason", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, expected: 1 })
  await shadow.all("select sf_shadow.pause_run($1, 'the API budget', 60000)", runId)
  await shadow.all("select sf_shadow._cancel_run($1, 'canceled by somebody')", runId)
  const canceled = await readRun(shadow, runId)
  for (const late of ["pause_run($1, 'late', 60000)", "resume_run($1)", "note_run_error($1, 'late')"])
    await shadow.all(`select sf_shadow.${late}`, runId)
  await endRun(shadow, runId, { error: "late", byFuse: true })
  assert.deepEqual(await readRun(shadow, runId), canceled)
})
