import assert from "node:assert/strict"
import { test } from "node:test"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

test("max_updated_age is that of the oldest row again after maintain", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { environment } = await startOrg(t, { products: 5, pricebooks: 1, accounts: 5 })
  const service = await startService(t, environment(url), ["--only", "worker"])
  await pool.query("select add_job('backfill')")
  await waitFor("the load is complete", 20_000, async () => {
    const { rows } = await pool.query("select from sf_shadow_lag where last_full_at is not null")
    return rows.length === 3
  })
  // As the bounds stand when the oldest row has changed since.
  await pool.query("update sf_shadow.object_state set oldest_updated_at = '2001-01-01'")
  await pool.query("select add_job('maintain')")
  await waitFor("the upkeep is done", 10_000, () => service.logged("maintained").length > 0)
  const { rows } = await pool.query<{ exact: boolean }>(
    `select sf_shadow_salesforce_now() - l.max_updated_age = (select min(a.updated_at) from sf_account_eligibility_shadow a) as exact
     from sf_shadow_lag l where l.object = 'Account'`,
  )
  assert.deepEqual(rows, [{ exact: true }])
  await service.stop()
})
