import assert from "node:assert/strict"
import { test } from "node:test"
import { endsWith } from "../harness/command.ts"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

const size = { products: 0, pricebooks: 0, accounts: 60 }

test("jobs that fail with QUERY_TIMEOUT and an unexpected exception are made anew after growing pauses", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, size)
  org.faults.arm("bulk.fail", { errorMessage: "QUERY_TIMEOUT: Your query request was running for too long." })
  org.faults.arm("bulk.fail", { errorMessage: "Unexpected exception" })
  org.faults.arm("bulk.fail", { errorMessage: "InternalServerError : Retried more than 15 times" })
  const { stderr } = await endsWith(0, ["backfill", "Account"], {
    ...environment(url),
    SF_BULK_POLL_MS: "20",
  })
  assert.deepEqual(await differences(org, pool), [])
  const pauses = [...stderr.matchAll(/makes its bulk job anew in ([\d.]+) s \(job (\d) of 6\)/g)]
  assert.deepEqual(
    pauses.map(([, , job]) => job),
    ["2", "3", "4"],
  )
  const [first, second, third] = pauses.map(([, seconds]) => Number(seconds)) as [number, number, number]
  assert.ok(first >= 0.3 && second >= 2 * 0.3 && third >= 4 * 0.3, `${[first, second, third]}`)
  const { rows } = await pool.query("select state, job_attempts, error from sf_shadow.run")
  assert.deepEqual(rows, [{ state: "complete", job_attempts: 3, error: null }])
})

test("a job that keeps failing ends the load with its reason, also over a restart in between", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, size)
  const failing = org.faults.arm("bulk.fail", { errorMessage: "Unexpected exception", times: Infinity })
  const settings = { ...environment(url), SF_BULK_POLL_MS: "20" }
  const run = async () =>
    (await pool.query("select * from sf_shadow.run order by run_id desc limit 1")).rows[0]
  const service = await startService(t, settings, ["--only", "worker"])
  await pool.query(`select add_job('backfill', '{"object":"Account"}')`)
  await waitFor("two jobs have failed, and the pause shows why", 30_000, async () => {
    const { rows } = await pool.query("select state, error from sf_shadow_run")
    const isPaused = rows[0]?.state === "paused" && (await run()).job_attempts >= 2
    return isPaused && /was failed by Salesforce: Unexpected exception/.test(rows[0].error)
  })
  await service.kill()
  const { stderr } = await endsWith(1, ["backfill", "Account"], settings)
  assert.match(stderr, /full load of Account failed: Bulk job 750\w+ for Account.*Unexpected exception/)
  assert.equal(failing.struck, 6)
  const { state, job_attempts, error } = await run()
  assert.deepEqual([state, job_attempts], ["failed", 5])
  assert.match(error, /Unexpected exception/)
})

test("a result that is gone, of another API version, or whose locator is refused: another job, from the first page on", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, size)
  const settings = { ...environment(url), SF_BULK_PAGE_ROWS: "20" }
  const says = (errorCode: string) => JSON.stringify([{ errorCode, message: "a test" }])
  const later = /results\?locator/
  org.faults.arm("http.status", { path: /jobs\/query\/750/, status: 404 })
  org.faults.arm("http.status", { path: later, status: 400, body: says("INVALID_QUERY_LOCATOR") })
  org.faults.arm("http.status", { path: later, status: 404 })
  await endsWith(0, ["backfill", "Account"], settings)
  assert.deepEqual(await differences(org, pool), [])
  const { rows } = await pool.query("select state, received, expected, job_attempts from sf_shadow.run")
  assert.deepEqual(rows, [{ state: "complete", received: 60, expected: 60, job_attempts: 3 }])

  org.faults.arm("bulk.hang", { forMs: 3_000 })
  const service = await startService(t, { ...settings, SF_API_VERSION: "65.0" }, ["--only", "worker"])
  await pool.query(`select add_job('backfill', '{"object":"Account"}')`)
  await waitFor("the job runs", 10_000, async () => {
    const { rows } = await pool.query("select from sf_shadow.run where state = 'waiting'")
    return rows.length > 0
  })
  await service.kill()
  await endsWith(0, ["backfill", "Account"], { ...settings, SF_API_VERSION: "66.0" })
  const last = await pool.query("select state, job_attempts from sf_shadow.run order by run_id desc limit 1")
  assert.deepEqual(last.rows, [{ state: "complete", job_attempts: 1 }])
})
