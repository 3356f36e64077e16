import assert from "node:assert/strict"
import { test } from "node:test"
import type { Pool } from "pg"
import { startCommand } from "../commands/process.ts"
import { endsWith } from "../harness/command.ts"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { waitFor } from "../harness/wait.ts"

async function runs(pool: Pool): Promise<{ object: string; pages: number; state: string }[]> {
  const { rows } = await pool.query("select object, pages, state from sf_shadow.run order by run_id")
  return rows
}

test("a backfill that is killed goes on from its page; no page is loaded twice but those it died with", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, simulator, environment } = await startOrg(t, { products: 400, pricebooks: 0, accounts: 0 })
  const variables = { ...environment(url), SF_BULK_PAGE_ROWS: "20" }
  const settings = { path: /\/results/, afterBytes: 200, pauseMs: 60, times: Number.POSITIVE_INFINITY }
  const slowPages = simulator.org.faults.arm("http.slow", settings)

  const first = startCommand(["backfill", "Product2"], variables)
  t.after(() => first.child.kill("SIGKILL"))
  await waitFor("five pages are merged", 20_000, async () => ((await runs(pool))[0]?.pages ?? 0) >= 5)
  first.child.kill("SIGKILL")
  await first.ended
  const [killed] = await runs(pool)
  assert.equal(killed?.state, "loading")
  assert.ok((killed?.pages ?? 20) < 20)

  await endsWith(0, ["backfill", "Product2"], variables)
  assert.deepEqual(await runs(pool), [{ object: "Product2", pages: 20, state: "complete" }])
  // The page that was merged, and the one that was read ahead.
  assert.ok(slowPages.struck <= 22, `${slowPages.struck} pages were asked for`)
  assert.deepEqual(await differences(org, pool), [])
})

test("two backfills at once: the second follows the first, both end with its result", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, simulator, environment } = await startOrg(t, { products: 200, pricebooks: 0, accounts: 0 })
  const variables = { ...environment(url), SF_BULK_PAGE_ROWS: "20" }
  const settings = { path: /\/results/, afterBytes: 200, pauseMs: 60, times: Number.POSITIVE_INFINITY }
  const slowPages = simulator.org.faults.arm("http.slow", settings)
  const ended = await Promise.all(
    [1, 2].map(() => endsWith(0, ["backfill", "Product2", "--json"], variables)),
  )
  const results = ended.map(({ stdout }) => JSON.parse(stdout) as { received: number; state: string }[])
  assert.deepEqual(results[0], results[1])
  assert.equal(results[0]?.[0]?.received, 200)
  assert.deepEqual(await runs(pool), [{ object: "Product2", pages: 10, state: "complete" }])
  assert.equal(slowPages.struck, 10)
  assert.deepEqual(await differences(org, pool), [])
})
