import assert from "node:assert/strict"
import { test } from "node:test"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

test("however long it runs: whoever holds it is among those whose heart beats", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { environment } = await startOrg(t, { products: 1, pricebooks: 1, accounts: 1 })
  const service = await startService(t, environment(url), ["--only", "worker"])
  const holder = await pool.connect()
  // Also where the test fails: the file's pool waits for it.
  t.after(() => holder.release(true))
  await holder.query("begin")
  // clear_cache waits for this lock, and goes on running until it is released.
  await holder.query("select from sf_shadow.object_state for update")
  await pool.query("select add_job('clear_cache')")
  const holding = async () => {
    const { rows } = await pool.query<{ beats: boolean }>(
      `select exists (select from sf_shadow.worker w where w.worker_id = j.locked_by) as beats
       from sf_shadow_worker.jobs j where j.task_identifier = 'clear_cache' and j.locked_by is not null`,
    )
    return rows
  }
  await waitFor("the job runs", 10_000, async () => (await holding()).length === 1)
  // As watch_workers does it: a job that was taken long ago, by somebody who lives.
  await pool.query(
    "update sf_shadow_worker._private_jobs set locked_at = now() - interval '1 hour' where locked_by is not null",
  )
  await waitFor("a heartbeat", 10_000, async () => (await holding())[0]?.beats)
  const { rows } = await pool.query("select sf_shadow.free_dead_workers() as freed")
  assert.deepEqual(rows, [{ freed: 0 }])
  assert.equal((await holding()).length, 1)
  await holder.query("rollback")
  await waitFor("the job ends", 10_000, async () => (await holding()).length === 0)
  await service.stop()
})
