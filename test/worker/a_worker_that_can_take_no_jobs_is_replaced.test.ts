import { test } from "node:test"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

test("a worker whose first look at the queue fails does the jobs all the same", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { environment } = await startOrg(t, { products: 1, pricebooks: 1, accounts: 1 })
  await pool.query("select add_job('clear_cache')")
  // As a session that idle_session_timeout ends before our settings are in force: once, and never again.
  await pool.query(`
    create sequence public.looks;
    create function public.lost() returns trigger language plpgsql as $$
      begin if nextval('public.looks') = 1 then raise exception 'lost' using errcode = '57P05'; end if; return null; end $$;
    create trigger lost before insert on sf_shadow_worker._private_tasks execute function public.lost()`)
  const service = await startService(t, environment(url), ["--only", "worker"])
  await waitFor("the job is done", 30_000, async () => {
    const { rows } = await pool.query(
      "select from sf_shadow_worker.jobs where task_identifier = 'clear_cache'",
    )
    return rows.length === 0
  })
  await service.printed(/"event":"worker_ended".*57P05/, "stderr")
  await service.stop()
})
