import assert from "node:assert/strict"
import { test } from "node:test"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

test("a job whose end cannot be stored is freed and done again, and the process lives on", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { environment } = await startOrg(t, { products: 1, pricebooks: 1, accounts: 1 })
  const service = await startService(t, environment(url), ["--only", "worker"])
  // As a connection that is lost in the moment: the queue hears nothing of the job's end.
  await pool.query(`
    create function public.lost() returns trigger language plpgsql as $$ begin raise exception 'lost'; end $$;
    create trigger lost before delete on sf_shadow_worker._private_jobs for each row execute function public.lost()`)
  await pool.query("select add_job('clear_cache')")
  await service.printed(/"event":"worker_ended"/, "stderr")
  await service.printed(/"event":"worker_ended".*"event":"worker_ended"/s, "stderr")
  await pool.query("drop function public.lost() cascade")
  await waitFor("the job is done", 15_000, async () => {
    const { rows } = await pool.query(
      "select from sf_shadow_worker.jobs where task_identifier = 'clear_cache'",
    )
    return rows.length === 0
  })
  const { rows } = await pool.query("select max(seq)::int as cleared from sf_shadow.invalidation")
  assert.ok(rows[0].cleared >= 3, "it was done each time, which is safe")
  await service.stop()
})
