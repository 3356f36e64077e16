import assert from "node:assert/strict"
import { test } from "node:test"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { launchService, startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

const forEver = Number.POSITIVE_INFINITY

test("SIGTERM in the middle of a load, and of a call that is not answered, ends the service within 10 s with 0", async (t) => {
  const { url, pool } = await createTestDatabase(t)
  const { org, seeded, environment } = await startOrg(t, { products: 300, pricebooks: 0, accounts: 10 })
  const variables = { ...environment(url), SF_BULK_PAGE_ROWS: "5", SF_HTTP_IDLE_S: "60" }
  const service = await startService(t, variables)
  await pool.query(`select add_job('backfill', '{"object":"Account"}')`)
  await waitFor("accounts are loaded", 30_000, async () => {
    const { rows } = await pool.query(
      "select from sf_shadow_run where state = 'complete' and object = 'Account' and kind = 'full'",
    )
    return rows.length > 0
  })
  const slow = org.faults.arm("http.slow", {
    path: /\/results/,
    afterBytes: 100,
    pauseMs: 2_000,
    times: forEver,
  })
  const silent = org.faults.arm("http.slow", {
    path: /\/composite/,
    afterBytes: 1,
    pauseMs: 120_000,
    times: forEver,
  })
  await pool.query(`select add_job('backfill', '{"object":"Product2"}')`)
  await pool.query("select sf_shadow._mark_dirty('Account', $1, $2, $2, '{test}')", [
    [seeded.accounts[0]],
    [new Date(org.now() - 60_000)],
  ])
  await waitFor("a page and a call by Id are under way", 30_000, () => slow.struck > 0 && silent.struck > 0)
  const before = performance.now()
  await service.stop()
  const seconds = (performance.now() - before) / 1000
  t.diagnostic(`stopped within ${seconds.toFixed(1)} s`)
  assert.ok(seconds < 10, `it took ${seconds} s`)
  assert.doesNotMatch(service.output.stderr, /Not everything stopped|stop_failed/)
})

test("SIGTERM while the service starts ends it in order and with 0, and leaves no worker behind", async (t) => {
  const { url, pool } = await createTestDatabase(t)
  const { environment } = await startOrg(t, { products: 0, pricebooks: 0, accounts: 0 })
  const service = launchService(t, environment(url))
  await service.printed(/"event":"http_started"/, "stderr")
  await service.stop()
  assert.doesNotMatch(service.output.stderr, /Not everything stopped|stop_failed|"level":"(warn|error)"/)
  assert.deepEqual((await pool.query("select from sf_shadow.worker")).rows, [])
})
