import assert from "node:assert/strict"
import { test } from "node:test"
import { startCommand } from "../commands/process.ts"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

for (const by of ["the command", "add_job"] as const) {
  test(`${by}: the bulk jobs of all objects are made at once, and prices are merged after their products`, async (t) => {
    const { url, pool } = await createTestDatabase()
    const { org, environment } = await startOrg(t, { products: 20, pricebooks: 2, accounts: 20 })
    // Of the children first, so that they have to wait for their parents.
    org.faults.arm("bulk.hang", { object: "Product2", forMs: 6_000 })
    org.faults.arm("bulk.hang", { object: "Account", forMs: 6_000 })
    const variables = environment(url)
    const command = by === "the command" ? startCommand(["backfill"], variables) : undefined
    t.after(() => command?.child.kill("SIGKILL"))
    const service = command ? undefined : await startService(t, variables, ["--only", "worker"])
    if (service) await pool.query("select add_job('backfill')")
    const waits = async () => {
      const { rows } = await pool.query(
        "select object, state, waits_for, still from sf_shadow_run order by run_id",
      )
      return rows
    }
    const seen = await waitFor("all jobs are made, and the prices' job is complete", 30_000, async () => {
      const rows = await waits()
      return rows.map(({ state }) => state).join() === "waiting,waiting,loading" && rows
    })
    assert.deepEqual(
      [seen[2].object, seen[2].waits_for, seen[2].still],
      ["PricebookEntry", "run 1 of its parent", null],
    )
    await waitFor("all are loaded", 60_000, async () =>
      (await waits()).every(({ state }) => state === "complete"),
    )
    const { rows } = await pool.query(
      "select object, dirty, rejected from sf_shadow_run where dirty + rejected > 0",
    )
    assert.deepEqual(rows, [], "no price was merged without its product")
    assert.deepEqual(await differences(org, pool), [])
    if (command) assert.equal(await command.ended, 0)
    await service?.stop()
  })
}

test("where one of several objects is refused nothing is begun: no run of another stays with nobody to drive it", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { environment } = await startOrg(t, { products: 5, accounts: 5 })
  const variables = environment(url)
  assert.equal(await startCommand(["backfill", "Product2"], variables).ended, 0)
  const command = startCommand(["delta"], variables)
  assert.equal(await command.ended, 1)
  assert.match(command.output.stderr, /(PricebookEntry|Account) was never loaded/)
  const { rows } = await pool.query("select object, kind, state from sf_shadow_run")
  assert.deepEqual(rows, [{ object: "Product2", kind: "full", state: "complete" }])
})
