import assert from "node:assert/strict"
import { test } from "node:test"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

test("add_job loads through a running service, whose only worker slot stays free while Salesforce works", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, {
    bulkJobMs: [8_000, 8_000],
    products: 10,
    accounts: 10,
  })
  const service = await startService(t, { ...environment(url), WORKER_CONCURRENCY: "1" })
  await pool.query(`select add_job('backfill', '{"object":"Account"}')`)
  const state = async (object: string) => {
    const { rows } = await pool.query(
      "select state from sf_shadow_run where object = $1 order by run_id desc limit 1",
      [object],
    )
    return rows[0]?.state as string | undefined
  }
  await waitFor("Salesforce works on the job", 10_000, async () => (await state("Account")) === "waiting")
  const folded = async () =>
    (await pool.query("select coalesce(sum(applied_seq), 0) as events from sf_shadow.stream_cursor")).rows[0]
      .events
  const before = await folded()
  // All three streams have a position by now, or the event would come before the first response.
  await waitFor("the streams live", 10_000, async () => {
    const { rows } = await pool.query(
      "select count(*) as live from sf_shadow.stream where replay_id is not null",
    )
    return rows[0].live === 3
  })
  org.transaction((tx) => tx.update("Account", seeded.accounts[0] as string, { Phone: "1" }))
  await waitFor("an event is folded meanwhile", 5_000, async () => (await folded()) > before)
  assert.equal(await state("Account"), "waiting")

  await waitFor("the load is complete", 15_000, async () => (await state("Account")) === "complete")
  await pool.query("select add_job('backfill')")
  await waitFor("every object is loaded", 30_000, async () => (await state("PricebookEntry")) === "complete")
  await waitFor("the shadow equals the org", 5_000, async () => (await differences(org, pool)).length === 0)
  await service.stop()
})

test("an object that is paused before its load begins is left out, and says so; the others are loaded", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { environment } = await startOrg(t, { products: 5, accounts: 5 })
  await pool.query(`select add_job('backfill', '{"object":"Account"}')`)
  await pool.query("select sf_shadow_pause('Account')")
  await pool.query("select add_job('backfill')")
  const service = await startService(t, environment(url), ["--only", "worker"])
  const loads = async () =>
    (await pool.query("select object, state from sf_shadow_run order by run_id")).rows.map(
      ({ object, state }) => `${object} ${state}`,
    )
  await waitFor("the last object is loaded", 30_000, async () =>
    (await loads()).includes("PricebookEntry complete"),
  )
  assert.deepEqual(await loads(), ["Product2 complete", "PricebookEntry complete"])
  const [skipped] = await waitFor("the paused one is passed over", 30_000, () => {
    const lines = service.logged("load_skipped")
    return lines.length > 0 && lines
  })
  assert.match(
    skipped?.msg ?? "",
    /^no backfill: Account is paused\. End that first: select sf_shadow_resume\('Account'\)$/,
  )
  const { rows } = await pool.query(
    "select task_identifier from sf_shadow_worker.jobs where last_error is not null",
  )
  assert.deepEqual(rows, [])
  await service.stop()
})

test("a load whose run went with its object, while its next turn waited, is over, and not a failure", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { environment } = await startOrg(t, { products: 5, accounts: 5 })
  await pool.query(
    `select sf_shadow._add_keyed_job('backfill', '{"object":"Account","kind":"full","runId":999}', 'load:Account', 'turn')`,
  )
  const service = await startService(t, environment(url), ["--only", "worker"])
  const job = await waitFor("its job ends, one way or the other", 30_000, async () => {
    const { rows } = await pool.query(
      "select attempts, last_error from sf_shadow_worker.jobs where key = 'turn'",
    )
    return rows.length === 0 ? "gone" : rows[0].last_error
  })
  assert.equal(job, "gone")
  await service.stop()
})
