import assert from "node:assert/strict"
import { test } from "node:test"
import { product } from "../harness/records.ts"
import { finishRun, mergePage, startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

async function remaining(shadow: Shadow, runId: number): Promise<number | null> {
  const [row] = await shadow.all<{ seconds: number | null }>(
    "select extract(epoch from estimated_end - now())::double precision as seconds from sf_shadow_run where run_id = $1",
    runId,
  )
  return row?.seconds ?? null
}

test("at the rate so far, once a page is there; not while it is paused or when it has ended", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, expected: 4 })
  assert.equal(await remaining(shadow, runId), null)
  await mergePage(shadow, runId, 1, [product(1, 0)], "next")
  // One record in 100 s, up to now: three more take 300 s.
  await shadow.pool.query(
    "update sf_shadow.run set started_at = now() - interval '100 seconds', progressed_at = now() where run_id = $1",
    [runId],
  )
  const seconds = (await remaining(shadow, runId)) ?? 0
  assert.ok(seconds > 290 && seconds <= 300.1, `${seconds} s`)

  await shadow.pool.query("update sf_shadow.run set paused_until = now() + interval '1 hour'")
  assert.equal(await remaining(shadow, runId), null)
  await shadow.pool.query(
    "update sf_shadow.run set paused_until = null, progressed_at = now() - interval '90 seconds'",
  )
  const late = (await remaining(shadow, runId)) ?? -1
  assert.ok(late >= 0, "a load that is slower than it was does not end in the past")

  await mergePage(shadow, runId, 2, [product(2, 0), product(3, 0), product(4, 0)])
  await finishRun(shadow, runId, 4)
  assert.equal(await remaining(shadow, runId), null)
})
