import assert from "node:assert/strict"
import { test } from "node:test"
import { at, product } from "../harness/records.ts"
import { runThrough } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const never = Number.POSITIVE_INFINITY

/** Opens a span; an end of `never` is one that is not known yet. */
function open(shadow: Shadow, from: number, to: number, reason: string, cause = "span") {
  return shadow.pool.query("select sf_shadow._open_hole('Product2', $1, $2, $3, $4)", [
    at(from),
    to === never ? "infinity" : at(to),
    reason,
    cause,
  ])
}

async function hole(shadow: Shadow) {
  const [row] = await shadow.all<{ hole_from: Date; hole_to: Date | number; hole_reason: string }>(
    "select hole_from, hole_to, hole_reason from sf_shadow.object_state where object = 'Product2'",
  )
  return [row?.hole_from, row?.hole_to, row?.hole_reason]
}

const closingJob = (shadow: Shadow) =>
  shadow.all<{ payload: unknown; queue_name: string; run_at: Date; waits: boolean }>(
    "select p.payload, j.queue_name, j.run_at, j.run_at > now() as waits from sf_shadow_worker.jobs j join sf_shadow_worker._private_jobs p using (id) where j.key = 'hole:Product2'",
  )

test("spans add up to the first beginning and the last end, and each reason is said once", async () => {
  const shadow = await Shadow.open()
  await open(shadow, 100, 200, "one")
  await open(shadow, 150, 180, "within")
  await open(shadow, 50, 60, "one")
  assert.deepEqual(await hole(shadow), [at(50), at(200), "one; within"])
})

test("a span whose end is not known keeps the hole open until its own cause ends, whatever else ends", async () => {
  const shadow = await Shadow.open()
  await open(shadow, 100, never, "position lost", "stream")
  await open(shadow, 110, never, "paused", "paused")
  await open(shadow, 120, 130, "overflow")
  assert.deepEqual((await hole(shadow))[1], never)
  await open(shadow, 100, 300, "position lost", "stream")
  assert.deepEqual((await hole(shadow))[1], never, "it is still paused")
  await open(shadow, 400, 400, "paused", "paused")
  assert.deepEqual(await hole(shadow), [at(100), at(400), "position lost; paused; overflow"])
})

test("a hole whose end became known closes by no earlier end of another span", async () => {
  const shadow = await Shadow.open()
  await open(shadow, 100, never, "paused", "paused")
  await open(shadow, 100, 300, "paused", "paused")
  await open(shadow, 100, 200, "overflow")
  assert.deepEqual((await hole(shadow))[1], at(300))
})

test("the delta that closes it waits for a load and for the hole's end, and is queued once", async () => {
  const shadow = await Shadow.open()
  await open(shadow, 100, 200, "overflow")
  assert.deepEqual(await closingJob(shadow), [], "the first load has to come")
  await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
  const [job] = await closingJob(shadow)
  assert.deepEqual([job?.payload, job?.queue_name], [{ object: "Product2", reason: "hole" }, "load:Product2"])
  await open(shadow, 100, 250, "overflow")
  assert.equal((await closingJob(shadow)).length, 1)
})

test("it waits until a read can have seen all of the hole: its end, the margin and two seconds", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
  const [{ now }] = (await shadow.all<{ now: Date }>("select date_trunc('second', now()) as now")) as [
    { now: Date },
  ]
  await shadow.pool.query(
    "select sf_shadow._open_hole('Product2', $1::timestamptz - interval '1 minute', $1, 'x')",
    [now],
  )
  const [job] = await closingJob(shadow)
  assert.equal(Number(job?.run_at) - Number(now), 12_000)
})

test("the job for a hole of long ago runs at once", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
  await shadow.pool.query(
    "select sf_shadow._open_hole('Product2', now() - interval '2 days', now() - interval '1 day', 'x')",
  )
  const [job] = await closingJob(shadow)
  assert.ok(Math.abs(Date.now() - Number(job?.run_at)) < 60_000)
})
