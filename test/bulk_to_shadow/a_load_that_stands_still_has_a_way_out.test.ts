import assert from "node:assert/strict"
import { test } from "node:test"
import type { Pool } from "pg"
import { startCommand } from "../commands/process.ts"
import { endsWith } from "../harness/command.ts"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

const forEver = { object: "Account", times: Number.POSITIVE_INFINITY }

interface Row {
  run_id: number
  state: string
  waits_for: string | null
  still: object | null
  error: string | null
}

async function runs(pool: Pool): Promise<Row[]> {
  const { rows } = await pool.query<Row>("select * from sf_shadow_run order by run_id")
  return rows
}

/** Waits until a run waits for a job that hangs, and Salesforce has said so. */
function hanging(pool: Pool, runId: number): Promise<Row> {
  return waitFor(`run ${runId} waits for its job`, 30_000, async () => {
    const run = (await runs(pool)).find(({ run_id }) => run_id === runId)
    return (
      run?.waits_for?.startsWith("Salesforce: bulk job 750") && run.waits_for.endsWith("InProgress") && run
    )
  })
}

test("a job without progress is aborted and made anew, and the load completes", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, { products: 0, pricebooks: 0, accounts: 5 })
  org.faults.arm("bulk.hang", { object: "Account" })
  const { stderr } = await endsWith(0, ["backfill", "Account"], { ...environment(url), SF_BULK_STALL_S: "1" })
  assert.match(
    stderr,
    /"event":"bulk_job_renewed".*Bulk job 750\w+ for Account is InProgress and has made no progress for \d+ s \(SF_BULK_STALL_S\): it is aborted\. The load of Account makes its bulk job anew now \(job 2 of 3\)/,
  )
  assert.equal(org.usage.abortedJobs, 1)
  assert.deepEqual(
    (await runs(pool)).map(({ state }) => state),
    ["complete"],
  )
  assert.deepEqual(await differences(org, pool, new Set()), [])
})

test("jobs that all stand still end the load after the third, with the reason", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, { products: 0, pricebooks: 0, accounts: 5 })
  org.faults.arm("bulk.hang", forEver)
  const { stdout } = await endsWith(1, ["backfill", "Account"], { ...environment(url), SF_BULK_STALL_S: "1" })
  assert.match(stdout, /^Account: FAILED \(run 1\).*is InProgress and has made no progress for \d+ s/)
  assert.equal(org.usage.abortedJobs, 3)
  const [run] = await runs(pool)
  assert.deepEqual([run?.state, run?.waits_for, run?.still], ["failed", null, null])
})

test("a load that waits is listed with what it waits for; runs cancel ends it, its job, and the command", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, { products: 0, pricebooks: 0, accounts: 5 })
  const variables = environment(url)
  org.faults.arm("bulk.hang", forEver)
  const backfill = startCommand(["backfill", "Account"], variables)
  t.after(() => backfill.child.kill("SIGKILL"))
  await hanging(pool, 1)
  const waits = /waits for Salesforce: bulk job 750\w{15} is InProgress$/m
  assert.match((await endsWith(0, ["status"], variables)).stdout, waits)
  assert.match((await endsWith(0, ["runs"], variables)).stdout, waits)
  const { stdout } = await endsWith(0, ["runs", "cancel", "1"], variables)
  assert.equal(stdout, "Run 1 is canceled.\n")
  assert.equal(await backfill.ended, 1)
  assert.match(backfill.output.stdout, /^Account: CANCELED \(run 1\).*: canceled by \w+/)
  assert.equal(org.usage.abortedJobs, 1, "no service runs: the command that followed it has aborted the job")
  const again = await endsWith(0, ["runs", "cancel", "1"], variables)
  assert.equal(again.stdout, "Run 1 had ended already: nothing changed.\n")
  const unknown = await endsWith(2, ["runs", "cancel", "77"], variables)
  assert.match(unknown.stderr, /^there is no run 77\./)
})

test("an operator cancels a load of the service from SQL: it does not begin again, and the job is aborted", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, { products: 0, pricebooks: 0, accounts: 5 })
  const service = await startService(t, environment(url), ["--only", "worker"])
  org.faults.arm("bulk.hang", forEver)
  await pool.query(`select add_job('backfill', '{"object":"Account","force":true}')`)
  await hanging(pool, 1)
  const client = await pool.connect()
  await client.query("set role sf_shadow_operator")
  const { rows } = await client.query("select sf_shadow_cancel_run(1) as canceled")
  await client.query("reset role")
  client.release()
  assert.deepEqual(rows, [{ canceled: true }])
  await waitFor("the job is aborted", 20_000, () => org.usage.abortedJobs > 0)
  await waitFor("no job waits", 20_000, async () => {
    const { rows: jobs } = await pool.query(
      "select from sf_shadow_worker.jobs where task_identifier in ('backfill', 'abort_bulk_job')",
    )
    return jobs.length === 0
  })
  assert.deepEqual(
    (await runs(pool)).map(({ state }) => state),
    ["canceled"],
  )
  await service.stop()
})

test("--force does not follow a load that stands still: it is canceled, and another begins", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, { products: 0, pricebooks: 0, accounts: 5 })
  const variables = environment(url)
  org.faults.arm("bulk.hang", { object: "Account" })
  const first = startCommand(["backfill", "Account"], variables)
  t.after(() => first.child.kill("SIGKILL"))
  await hanging(pool, 1)
  await pool.query("update sf_shadow.run set progressed_at = now() - interval '16 minutes'")
  await endsWith(0, ["backfill", "Account", "--force"], variables)
  assert.equal(await first.ended, 1)
  assert.deepEqual(
    (await runs(pool)).map(({ state, error }) => [state, error]),
    [
      ["canceled", "it stood still, and another one was forced"],
      ["complete", null],
    ],
  )
})
