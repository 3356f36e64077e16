import assert from "node:assert/strict"
import { test } from "node:test"
import { readRun, unpauseRun } from "../../src/bulk_to_shadow/run.ts"
import { startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

test("a run that is canceled while its pause is being ended stays canceled, with its reason", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, expected: 1 })
  await shadow.pool.query("update sf_shadow.run set paused_until = now() where run_id = $1", [runId])
  const asReadBefore = await readRun(shadow, runId)
  await shadow.pool.query("select sf_shadow._cancel_run($1, 'canceled by somebody')", [runId])
  await unpauseRun(shadow, asReadBefore)
  const { state, error } = await readRun(shadow, runId)
  assert.deepEqual([state, error], ["canceled", "canceled by somebody"])
})
