import assert from "node:assert/strict"
import { test } from "node:test"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

const moves = [
  { old: "redirects", bus: "kept" },
  { old: "url-not-reset", bus: "new" },
  { old: "refuses", bus: "new" },
] as const

for (const { old, bus } of moves) {
  test(`the org moves and its old host ${old}: a running service goes on by itself, and nothing is lost`, async (t) => {
    const { url, pool } = await createTestDatabase()
    const { org, simulator, seeded, environment } = await startOrg(t, { products: 20, accounts: 30 })
    // So that the login host is another one than the instance that goes away.
    await simulator.move({ old: "redirects" })
    const service = await startService(t, environment(url))
    await pool.query("select add_job('backfill')")
    await settle(org, pool, 30_000)
    await waitFor("the streams are open", 10_000, () => simulator.pubsub.openStreams() === 3)

    await simulator.move({ old, bus })
    const [product, account] = [seeded.products[0], seeded.accounts[0]] as [string, string]
    org.transaction((tx) => tx.update("Product2", product, { Name: "Renamed while the org moved" }))
    org.faults.arm("event.gap", { object: "Account" })
    org.transaction((tx) => tx.update("Account", account, { Internet_Eligibility__c: "Moved" }))
    await settle(org, pool, 30_000)
    const { rows } = await pool.query("select name from sf_product_shadow where product_id = $1", [product])
    assert.equal(rows[0].name, "Renamed while the org moved")
    await waitFor("the streams are open again", 10_000, () => simulator.pubsub.openStreams() === 3)
    const [moved] = service.logged("org_moved")
    assert.match(moved?.msg ?? "", new RegExp(`moved.*to ${simulator.instanceUrl()}`))
    const organization = await pool.query("select instance_url from sf_shadow.organization")
    assert.equal(organization.rows[0].instance_url, simulator.instanceUrl())
    await service.stop()
  })
}

test("a bulk job that the move has lost is made anew, and the load is whole", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, simulator, environment } = await startOrg(t, { products: 0, accounts: 120 })
  const service = await startService(t, { ...environment(url), SF_BULK_PAGE_ROWS: "20" })
  org.faults.arm("http.slow", { path: /results\?locator/, afterBytes: 0, pauseMs: 1_500, times: Infinity })
  await pool.query(`select add_job('backfill', '{"object":"Account"}')`)
  const run = async () =>
    (await pool.query("select * from sf_shadow.run where object = 'Account' order by run_id limit 1")).rows[0]
  const first = await waitFor("a page is merged", 15_000, async () => {
    const seen = await run()
    return seen?.pages > 0 ? seen : undefined
  })
  await simulator.move({ old: "url-not-reset", jobs: "lost" })
  org.faults.disarm("http.slow")
  const last = await waitFor("the load ends", 30_000, async () => {
    const seen = await run()
    return seen?.finished_at === null ? undefined : seen
  })
  assert.deepEqual([last.state, last.received, last.job_attempts, last.error], ["complete", 120, 1, null])
  assert.notEqual(last.job_id, first.job_id)
  assert.deepEqual(await differences(org, pool), [])
  await service.stop()
})
