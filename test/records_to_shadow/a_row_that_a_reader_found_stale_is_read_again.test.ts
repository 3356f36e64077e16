import assert from "node:assert/strict"
import { test } from "node:test"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

test("a reader who asks for a stale eligibility has it read again by the service, a missing account too", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, { accounts: 5 })
  // Without a stream nothing but its own read vouches for a row.
  const service = await startService(t, environment(url), ["--only", "worker"])
  await pool.query(`select add_job('backfill', '{"object":"Account"}')`)
  await waitFor("the load is complete", 15_000, async () => {
    const { rows } = await pool.query("select state from sf_shadow_run")
    return rows[0]?.state === "complete"
  })
  const ask = async (id: string) => {
    const { rows } = await pool.query("select * from sf_account_eligibility($1, '1 second')", [id])
    return rows[0]
  }
  const [account] = seeded.accounts as [string]
  const absent = "001999999999999AAA"
  org.transaction((tx) => tx.update("Account", account, { Internet_Eligibility__c: "Read again" }))
  assert.equal((await ask(account)).is_stale, true)
  assert.equal((await ask(account)).refresh_queued, true)
  await waitFor("the row is right", 15_000, async () => {
    const { rows } = await pool.query(
      "select internet_eligibility from sf_account_eligibility_shadow where account_id = $1",
      [account],
    )
    return rows[0]?.internet_eligibility === "Read again"
  })
  const before = await ask(absent)
  assert.deepEqual([before.is_found, before.is_stale, before.refresh_queued], [false, true, true])
  await waitFor("Salesforce has said that there is no such account", 15_000, async () => {
    const { rows } = await pool.query("select proven from sf_shadow.tombstone where record_id = $1", [absent])
    return rows[0]?.proven
  })
  await service.stop()
})
