import assert from "node:assert/strict"
import { test } from "node:test"
import { at } from "../harness/records.ts"
import { completeJob, createJob, finishRun, mergePage, queueRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const margin = 10
const subscribes = "select sf_shadow.stream_to_holes($1, array['Product2'], $2, $3, 'first subscription')"

/** A full load of no records that Salesforce read from `from` on, seconds after `at(0)`. */
async function load(shadow: Shadow, from: number, read: () => Promise<void> = async () => {}) {
  const runId = await queueRun(shadow, "Product2", "full")
  await createJob(shadow, runId, { from })
  await read()
  await completeJob(shadow, runId, { to: from + 1, expected: 0 })
  await mergePage(shadow, runId, 1, [])
  await finishRun(shadow, runId)
}

test("a stream that is first followed after the load leaves a hole from that load on", async () => {
  const shadow = await Shadow.open()
  await load(shadow, 100)
  await shadow.pool.query(subscribes, [shadow.streamId, at(500), null])
  assert.deepEqual((await shadow.state("Product2")).hole_from, at(100 - margin))
  await shadow.pool.query(subscribes, [shadow.streamId, at(500), at(505)])
  const { hole_from, hole_to } = await shadow.state("Product2")
  assert.deepEqual([hole_from, hole_to], [at(100 - margin), at(505)])
})

test("a stream that is first followed while the first load runs does too", async () => {
  const shadow = await Shadow.open()
  await load(shadow, 100, async () => {
    await shadow.pool.query(subscribes, [shadow.streamId, at(103), null])
    await shadow.pool.query(subscribes, [shadow.streamId, at(103), at(104)])
  })
  assert.deepEqual((await shadow.state("Product2")).hole_from, at(100 - margin))
})
