import assert from "node:assert/strict"
import { test } from "node:test"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

test("told of a breaking migration, on the channel that all graphile-workers share, it starts anew and works on", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { environment } = await startOrg(t, { products: 1, pricebooks: 1, accounts: 1 })
  const service = await startService(t, environment(url), ["--only", "worker"])
  await waitFor("its worker listens", 15_000, async () => {
    const { rows } = await pool.query(
      "select from pg_stat_activity where datname = current_database() and query like 'LISTEN %worker:migrate%'",
    )
    return rows.length > 0
  })
  await pool.query("select pg_notify('worker:migrate', $1)", ['{"migrationNumber":99,"breaking":true}'])
  await waitFor("the worker is started anew", 15_000, () => service.logged("worker_ended").length > 0)
  await pool.query("select add_job('maintain')")
  await waitFor("a job is done", 30_000, async () => {
    const { rows } = await pool.query("select from sf_shadow_worker.jobs where task_identifier = 'maintain'")
    return rows.length === 0
  })
  assert.equal(service.logged("maintained").length, 1)
  await service.stop()
})
