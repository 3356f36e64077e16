import assert from "node:assert/strict"
import { test } from "node:test"
import { endsWith } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

test("rejects are grouped by reason with sample ids; --retry has the service read them again", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, { products: 3, accounts: 1, visibilityLagMs: [0, 0] })
  const variables = environment(url)
  const none = await endsWith(0, ["rejects"], variables)
  assert.equal(none.stdout, "No record is rejected.\n")

  const ids = Array.from({ length: 7 }, (_, n) =>
    org.transaction((tx) => tx.create("Product2", { Name: `Without SKU ${n}`, IsActive: true })),
  )
  await endsWith(0, ["backfill", "Product2"], variables)
  const { stdout } = await endsWith(0, ["rejects", "--json"], variables)
  const { rejects } = JSON.parse(stdout) as {
    rejects: { object: string; records: number; sample_ids: string[]; what_to_do: string; attempts: number }[]
  }
  assert.equal(rejects.length, 1, stdout)
  assert.equal(rejects[0]?.object, "Product2")
  assert.equal(rejects[0]?.records, 7)
  assert.equal(rejects[0]?.sample_ids.length, 5)
  assert.ok(rejects[0]?.sample_ids.every((id) => ids.includes(id)))
  assert.match(rejects[0]?.what_to_do ?? "", /^Fill StockKeepingUnit in Salesforce/)
  assert.equal(rejects[0]?.attempts, 1)
  const shown = await endsWith(0, ["rejects", "Product2"], variables)
  assert.match(
    shown.stdout,
    /^Product2: 7 records: required field StockKeepingUnit is empty \(23502\)\n {2}01t\w{15}, .*, \.\.\.; since .*\nMend them/,
  )

  const attempts = async () => (await pool.query("select min(attempts) as n from sf_shadow.reject")).rows[0].n
  const before = await attempts()
  const retried = await endsWith(0, ["rejects", "--retry"], variables)
  assert.match(retried.stdout, /^7 records are put up for another read by the running service\.$/m)
  const service = await startService(t, { ...variables, ENABLE_SF_SHADOW_EVENTS: "off" })
  await waitFor("they were read again", 30_000, async () => (await attempts()) > before)
  await service.stop()
})
