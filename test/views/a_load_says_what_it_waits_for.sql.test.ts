import assert from "node:assert/strict"
import { test } from "node:test"
import { product } from "../harness/records.ts"
import {
  completeJob,
  createJob,
  endRun,
  finishRun,
  mergePage,
  queueRun,
  runThrough,
  startRun,
} from "../harness/runs.ts"
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
  const runId = await queueRun(shadow, "Product2", "full")
  assert.equal((await waitOf(shadow, runId)).waits_for, "its bulk job to be made")
  await createJob(shadow, runId, { from: 20 })
  await shadow.all("select sf_shadow.note_look($1, '750', 'InProgress', 0)", runId)
  const set = (what: string) =>
    shadow.pool.query(`update sf_shadow.run set ${what} where run_id = $1`, [runId])
  await set("progressed_at = now() - interval '100 s'")
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
  await shadow.all("select sf_shadow.pause_run($1, 'the API budget', 3600000)", runId)
  assert.match((await waitOf(shadow, runId)).waits_for ?? "", /^until .*: the API budget$/)
  assert.doesNotMatch((await reason(shadow)) ?? "", /stands still/, "it is paused")

  await shadow.all("select sf_shadow.resume_run($1)", runId)
  await completeJob(shadow, runId, { to: 21, expected: 2 })
  assert.equal((await waitOf(shadow, runId)).waits_for, "page 1 of bulk job 750")
  await mergePage(shadow, runId, 1, [product(1, 0), product(2, 0)])
  assert.equal((await waitOf(shadow, runId)).waits_for, "the comparison of Ids")
  await finishRun(shadow, runId, 2)
  assert.deepEqual(await waitOf(shadow, runId), { waits_for: null, still: null })
})

for (const kind of ["full", "ids"] as const) {
  test(`a fuse that has tripped is a reason until a complete ${kind === "full" ? "load" : "Id comparison"}, not a delta`, async () => {
    const shadow = await Shadow.open()
    await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
    await shadow.pool.query(
      "update sf_shadow.object_state set fuse_of_loads = 'too many', fuse_of_rereads = 'too many again' where object = 'Product2'",
    )
    const both = /the fuse has stopped a load: too many; the fuse has stopped re-reads: too many again$/
    assert.match((await reason(shadow)) ?? "", both)
    await runThrough(shadow, "Product2", "delta", [], { from: 40 })
    assert.match((await reason(shadow)) ?? "", both)
    await runThrough(shadow, "Product2", kind, [product(1, 0)], { from: 60 })
    assert.doesNotMatch((await reason(shadow)) ?? "", /fuse/)
  })
}

test("a load that has failed has tripped no fuse, one whose deletes were refused has; the Ids of either are forgotten", async () => {
  for (const byFuse of [false, true]) {
    const shadow = await Shadow.open()
    await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
    const runId = await startRun(shadow, "Product2", "full", { from: 40, expected: 2 })
    await mergePage(shadow, runId, 1, [product(1, 0)], "next")
    await endRun(shadow, runId, { byFuse, error: "too many" })
    assert.equal(/the fuse has stopped a load: too many/.test((await reason(shadow)) ?? ""), byFuse)
    assert.deepEqual(await shadow.all("select from sf_shadow.run_page"), [])
  }
})
