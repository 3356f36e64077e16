import assert from "node:assert/strict"
import { test } from "node:test"
import { product, productId } from "../harness/records.ts"
import { endRun, onlyIds, runThrough, startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

interface LastLoads {
  last_full_run_id: number | null
  last_full_at: Date | null
  last_delta_run_id: number | null
  last_delta_at: Date | null
}

async function lastLoads(shadow: Shadow): Promise<LastLoads> {
  const [row] = await shadow.all<LastLoads>(
    "select last_full_run_id, last_full_at, last_delta_run_id, last_delta_at from sf_shadow_lag where object = 'Product2'",
  )
  return row as LastLoads
}

test("the last complete full load and delta are named, not one that runs, failed, or only compared ids", async () => {
  const shadow = await Shadow.open()
  assert.deepEqual(await lastLoads(shadow), {
    last_full_run_id: null,
    last_full_at: null,
    last_delta_run_id: null,
    last_delta_at: null,
  })
  const full = await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
  const delta = await runThrough(shadow, "Product2", "delta", [], { from: 100 })
  await runThrough(shadow, "Product2", "ids", onlyIds([productId(1)]), { from: 200 })
  const failed = await startRun(shadow, "Product2", "full", { from: 300, expected: 1 })
  await endRun(shadow, failed)
  await startRun(shadow, "Product2", "delta", { from: 400, expected: 1 })
  const last = await lastLoads(shadow)
  assert.deepEqual([last.last_full_run_id, last.last_delta_run_id], [full.run_id, delta.run_id])
  const finished = await shadow.all<{ finished_at: Date }>(
    "select finished_at from sf_shadow.run where run_id = any ($1) order by run_id",
    [full.run_id, delta.run_id],
  )
  assert.deepEqual(
    [last.last_full_at, last.last_delta_at],
    finished.map(({ finished_at }) => finished_at),
  )
})

test("retention forgets old runs, and never the last complete one of a kind", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
  const last = await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 100 })
  const failed = await startRun(shadow, "Product2", "full", { from: 300, expected: 1 })
  await endRun(shadow, failed)
  await shadow.pool.query("update sf_shadow.run set finished_at = finished_at - interval '91 days'")
  await shadow.pool.query("select sf_shadow.maintain()")
  assert.deepEqual(await shadow.all("select run_id from sf_shadow.run"), [{ run_id: last.run_id }])
})

test("a poll is forgotten after two days, the last one not", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
  for (const from of [100, 200, 300]) await runThrough(shadow, "Product2", "delta", [], { from })
  await shadow.pool.query(
    "update sf_shadow.run set is_poll = kind = 'delta' and run_id % 2 = (select max(run_id) % 2 from sf_shadow.run), finished_at = finished_at - interval '3 days'",
  )
  await shadow.pool.query("select sf_shadow.maintain()")
  const kinds = await shadow.all("select kind, is_poll from sf_shadow.run order by run_id")
  assert.deepEqual(kinds, [
    { kind: "full", is_poll: false },
    { kind: "delta", is_poll: false },
    { kind: "delta", is_poll: true },
  ])
})
