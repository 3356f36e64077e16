import assert from "node:assert/strict"
import { test } from "node:test"
import { createTestDatabase } from "../harness/postgres.ts"
import { waitFor } from "../harness/wait.ts"

const { pool } = await createTestDatabase()
const add = "select sf_shadow.add_events_job(of_stream_id => 7)"
const key = "events_to_shadow:7"

test("work added while a worker takes the waiting job has a waiting job afterwards", async () => {
  await pool.query(add)
  // A worker in the act of taking the job, as graphile-worker's get_job does it.
  const worker = await pool.connect()
  await worker.query("begin")
  await worker.query(
    "update sf_shadow_worker._private_jobs set locked_at = now(), locked_by = 'worker', attempts = 1 where key = $1",
    [key],
  )
  const added = pool.query(add)
  await waitFor("the second add waits for the worker", 5_000, async () => {
    const { rows } = await pool.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    )
    return rows.length > 0
  })
  await worker.query("commit")
  worker.release()
  await added
  const { rows } = await pool.query(
    "select key, locked_by from sf_shadow_worker.jobs where task_identifier = 'events_to_shadow' order by id",
  )
  assert.deepEqual(rows, [
    { key: null, locked_by: "worker" },
    { key, locked_by: null },
  ])
})
