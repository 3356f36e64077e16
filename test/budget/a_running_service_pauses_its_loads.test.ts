import assert from "node:assert/strict"
import { test } from "node:test"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

test("a backfill job of the service waits for the budget without holding its worker, and /metrics shows it", async (t) => {
  const { url, pool } = await createTestDatabase()
  await pool.query("update sf_shadow.setting set limits_every = '2 seconds'")
  const { org, environment } = await startOrg(t, { accounts: 12 })
  org.usage.apiRequests.used = 81_000
  const service = await startService(t, { ...environment(url), WORKER_CONCURRENCY: "1" })
  await pool.query(`select add_job('backfill', '{"object":"Account"}')`)
  const run = async () =>
    (await pool.query("select state, error from sf_shadow_run order by run_id desc limit 1")).rows[0]
  await waitFor("the load pauses", 15_000, async () => (await run())?.state === "paused")
  assert.match((await run()).error, /full loads stop at 80 %/)
  // Said after the state is stored, and read from a pipe: later than the state is seen.
  await service.printed(/"event":"bulk_to_shadow_paused"/, "stderr")
  assert.ok(service.logged("api_budget_stopped").some(({ kind }) => kind === "load"))

  const { url: http } = service.logged("http_started")[0] as { url?: string }
  const metrics = await (await fetch(`${http}/metrics`)).text()
  assert.match(metrics, /^sf_shadow_api_usage_used\{limit="DailyApiRequests"\} 810\d\d$/m)
  assert.match(metrics, /^sf_shadow_api_usage_max\{limit="DailyApiRequests"\} 100000$/m)
  assert.match(metrics, /^sf_shadow_api_budget_stopped\{kind="load"\} 1$/m)
  assert.match(metrics, /^sf_shadow_api_budget_stopped\{kind="fallback"\} 0$/m)
  // The one worker slot is free meanwhile.
  await pool.query("select sf_shadow_worker.add_job('read_limits')")
  await waitFor("the limits are read", 5_000, async () => {
    const { rows } = await pool.query(
      "select max from sf_shadow_api_usage where limit_name = 'DailyDeliveredPlatformEvents'",
    )
    return rows[0]?.max === 25_000
  })

  org.usage.apiRequests.used = 100
  await waitFor("the load is complete", 20_000, async () => (await run())?.state === "complete")
  const { rows } = await pool.query("select count(*) as accounts from sf_account_eligibility_shadow")
  assert.equal(rows[0].accounts, 12)
  await service.stop()
})
