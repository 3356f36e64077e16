import assert from "node:assert/strict"
import { test } from "node:test"
import type { Pool } from "pg"
import { startCommand } from "../commands/process.ts"
import { endsWith } from "../harness/command.ts"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { waitFor } from "../harness/wait.ts"

async function runs(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query(
    "select run_id, object, state, waits_for from sf_shadow_run order by run_id",
  )
  return rows.map(({ run_id, object, state, waits_for }) =>
    `${run_id} ${object} ${state} ${waits_for ?? ""}`.trim(),
  )
}

/** Until two of three loads are complete, and the one of accounts still waits for its job. */
function twoAreLoaded(pool: Pool): Promise<unknown> {
  return waitFor("all but one are loaded", 30_000, async () => {
    const [products, accounts, prices] = await runs(pool)
    return (
      products === "1 Product2 complete" &&
      accounts?.startsWith("2 Account waiting") &&
      prices?.endsWith("PricebookEntry complete")
    )
  })
}

test("a backfill of every object that was interrupted does not load again what was complete; a later one does", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, { products: 10, accounts: 5 })
  const variables = environment(url)
  org.faults.arm("bulk.hang", { object: "Account" })
  const first = startCommand(["backfill"], variables)
  t.after(() => first.child.kill("SIGKILL"))
  await twoAreLoaded(pool)
  first.child.kill("SIGINT")
  assert.equal(await first.ended, 130)

  // The job that hangs is made anew.
  const { stdout, stderr } = await endsWith(0, ["backfill"], { ...variables, SF_BULK_STALL_S: "1" })
  assert.deepEqual(await runs(pool), [
    "1 Product2 complete",
    "2 Account complete",
    "3 PricebookEntry complete",
  ])
  assert.match(
    stdout,
    /^Product2: complete \(run 1\).*\nAccount: complete \(run 2\).*\nPricebookEntry: complete \(run 3\)/,
  )
  assert.match(stderr, /"event":"backfill_continued".*Product2 is run 1, which is complete/)
  assert.deepEqual(await differences(org, pool), [])

  await endsWith(0, ["backfill"], variables)
  assert.equal((await runs(pool)).length, 6)
})

test("--force goes for what an interrupted backfill has left as well: a load that stands still is not followed", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, { products: 5, accounts: 5 })
  const variables = environment(url)
  org.faults.arm("bulk.hang", { object: "Account" })
  const first = startCommand(["backfill"], variables)
  t.after(() => first.child.kill("SIGKILL"))
  await twoAreLoaded(pool)
  first.child.kill("SIGINT")
  assert.equal(await first.ended, 130)
  await pool.query("update sf_shadow.run set progressed_at = now() - interval '16 minutes' where run_id = 2")

  await endsWith(0, ["backfill", "--force"], variables)
  const { rows } = await pool.query("select object, state, forced from sf_shadow.run order by run_id")
  assert.deepEqual(rows, [
    { object: "Product2", state: "complete", forced: false },
    { object: "Account", state: "canceled", forced: false },
    { object: "PricebookEntry", state: "complete", forced: false },
    { object: "Account", state: "complete", forced: true },
  ])
})
