import assert from "node:assert/strict"
import { test } from "node:test"
import { product } from "../harness/records.ts"
import { finishRun, mergePage, runThrough, startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

interface Wait {
  waits_for: string | null
  still: number | null
}

async function waitOf(shadow: Shadow, runId: number): Promise<Wait> {
  const [row] = await shadow.all<Wait>(
    "select waits_for, extract(epoch from still)::float8 as still from sf_shadow_run where run_id = $1",
    runId,
  )
  return row as Wait
}

async function reason(shadow: Shadow): Promise<string | null> {
  const [lag] = await shadow.all<{ reason: string | null }>(
    "select reason from sf_shadow_lag where object = 'Product2'",
  )
  return lag?.reason ?? null
}

test("for its job, for a page, for a process; nothing when it has ended", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, expected: 2 })
  const set = (what: string) =>
    shadow.pool.query(`update sf_shadow.run set ${what} where run_id = $1`, [runId])
  await set(
    "state = 'waiting', job_state = 'InProgress', looked_at = now(), progressed_at = now() - interval '100 s'",
  )
  const waiting = await waitOf(shadow, runId)
  assert.equal(waiting.waits_for, "Salesforce: bulk job 750 is InProgress")
  assert.equal(Math.round(waiting.still ?? 0), 100)
  assert.doesNotMatch((await reason(shadow)) ?? "", /stands still/)

  await set("progressed_at = now() - interval '16 minutes'")
  assert.match(
    (await reason(shadow)) ?? "",
    /; run \d+ \(full\) stands still and waits for Salesforce: bulk job 750 is InProgress$/,
  )
  await set("looked_at = now() - interval '16 minutes'")
  assert.match((await waitOf(shadow, runId)).waits_for ?? "", /^a process: none has looked at it since /)
  await set("paused_until = now() + interval '1 hour', error = 'the API budget'")
  assert.match((await waitOf(shadow, runId)).waits_for ?? "", /^until .*: the API budget$/)
  assert.doesNotMatch((await reason(shadow)) ?? "", /stands still/, "it is paused")

  await set("state = 'loading', paused_until = null, error = null, progressed_at = now()")
  assert.equal((await waitOf(shadow, runId)).waits_for, "page 1 of bulk job 750")
  await mergePage(shadow, runId, 1, [product(1, 0), product(2, 0)])
  assert.equal((await waitOf(shadow, runId)).waits_for, "the comparison of Ids")
  await finishRun(shadow, runId, 2)
  assert.deepEqual(await waitOf(shadow, runId), { waits_for: null, still: null })
})

test("a fuse that has tripped is a reason until a complete load or Id comparison", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
  await shadow.pool.query(
    "update sf_shadow.object_state set fuse_of_loads = 'too many', fuse_of_rereads = 'too many again' where object = 'Product2'",
  )
  assert.match(
    (await reason(shadow)) ?? "",
    /the fuse has stopped a load: too many; the fuse has stopped re-reads: too many again$/,
  )
  await runThrough(shadow, "Product2", "delta", [], { from: 40 })
  assert.match((await reason(shadow)) ?? "", /the fuse has stopped a load/)
  await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 60 })
  assert.doesNotMatch((await reason(shadow)) ?? "", /fuse/)
})
