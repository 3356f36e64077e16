import assert from "node:assert/strict"
import { before, beforeEach, type TestContext, test } from "node:test"
import type { Pool } from "pg"
import pino from "pino"
import { readConfig } from "../../src/base/config.ts"
import { type LoadResult, runLoads } from "../../src/bulk_to_shadow/index.ts"
import type { Connections } from "../../src/connections.ts"
import { recordsToShadow } from "../../src/records_to_shadow/index.ts"
import type { CallKind } from "../../src/salesforce/budget.ts"
import { createBudgetedSession } from "../../src/salesforce/budgeted_session.ts"
import type { SalesforceError } from "../../src/salesforce/errors.ts"
import { countRecords } from "../../src/salesforce/records.ts"
import { startOrg, type TestOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { waitFor } from "../harness/wait.ts"

const kinds: readonly CallKind[] = ["load", "delta", "reread", "fallback"]
let url: string
let pool: Pool
before(async () => {
  ;({ url, pool } = await createTestDatabase())
})
beforeEach(async () => {
  await pool.query(
    "update sf_shadow.api_usage set used = 0, max = 0, refused_until = null, looking_until = null",
  )
  await pool.query("delete from sf_shadow.run where finished_at is null")
  await pool.query("update sf_shadow.setting set limits_every = '1 second'")
})

/** A process of its own, as far as the org and the budget can tell. */
function startProcess(t: TestContext, { environment }: TestOrg): Connections {
  const config = readConfig(environment(url))
  const log = pino({ level: "silent" })
  const salesforce = createBudgetedSession(config.salesforce, pool, log)
  t.after(() => salesforce.close())
  return { config, pool, log, session: salesforce.session, budget: salesforce.budget }
}

const load = (connections: Connections, kind: "full" | "delta", signal: AbortSignal): Promise<LoadResult[]> =>
  runLoads({ ...connections, kind, objects: ["Account"], force: false, signal })

async function lastRun() {
  const { rows } = await pool.query<{ state: string; error: string | null; paused_until: Date | null }>(
    "select state, error, paused_until from sf_shadow_run order by run_id desc limit 1",
  )
  return rows[0]
}

async function usage(limit = "DailyApiRequests") {
  const { rows } = await pool.query<{
    used: number
    max: number
    percent: number
    stopped_kinds: string[]
    resumes_at: Date | null
    reason: string | null
  }>("select * from sf_shadow_api_usage where limit_name = $1", [limit])
  return rows[0]
}

const stopsOf = async ({ budget }: Connections) => {
  const stopped: CallKind[] = []
  for (const kind of kinds) await budget.assert(kind).catch(() => stopped.push(kind))
  return stopped
}

test("each kind of call stops at its share, in every process, and what Salesforce said last counts", async (t) => {
  const org = await startOrg(t)
  await pool.query("update sf_shadow.setting set limits_every = '5 minutes'")
  const [asker, other] = [startProcess(t, org), startProcess(t, org)]
  const shares: [number, CallKind[]][] = [
    [79_000, []],
    [80_000, ["load"]],
    [89_000, ["load"]],
    [90_000, ["load", "delta", "reread"]],
    [97_000, ["load", "delta", "reread"]],
    [98_000, ["load", "delta", "reread", "fallback"]],
    [100, []],
  ]
  for (const [used, stopped] of shares) {
    org.org.usage.apiRequests.used = used
    await countRecords(asker.session, "Account")
    assert.deepEqual(await stopsOf(asker), stopped, `${used} of 100000`)
  }
  org.org.usage.apiRequests.used = 85_000
  await countRecords(asker.session, "Account")
  await asker.budget.close()
  await waitFor("the other process sees it", 5_000, async () => (await stopsOf(other)).includes("load"))
  const shown = await usage()
  assert.deepEqual([shown?.percent, shown?.stopped_kinds], [85, ["load"]])
  assert.match(shown?.reason ?? "", /load at 80 %/)
  const inMs = (shown?.resumes_at?.getTime() ?? 0) - Date.now()
  assert.ok(inMs > 200_000 && inMs <= 300_000, `looked at again in ${inMs} ms`)
  await assert.rejects(other.budget.assert("load"), (error: SalesforceError) => {
    assert.equal(error.code, "API_BUDGET_STOPPED")
    assert.equal(error.retryable, true)
    assert.ok((error.retryAfterMs ?? 0) > 200_000)
    assert.match(
      error.message,
      /85001 of 100000 DailyApiRequests are used, and full loads stop at 80 %.*again at 20/,
    )
    return true
  })
})

test("a backfill pauses at 80 % with the reason and the time, only looks at the limits, and goes on when the usage falls", async (t) => {
  const org = await startOrg(t, { accounts: 30 })
  const connections = startProcess(t, org)
  org.org.usage.apiRequests.used = 82_000
  const loading = load(connections, "full", t.signal)
  const paused = await waitFor("the load pauses", 8_000, async () => {
    const run = await lastRun()
    return run?.state === "paused" ? run : undefined
  })
  assert.match(paused.error ?? "", /8200\d of 100000 DailyApiRequests are used, and full loads stop at 80 %/)
  assert.ok(paused.paused_until)
  const { used } = org.org.usage.apiRequests
  await waitFor(
    "it has looked again",
    8_000,
    async () => (await lastRun())?.paused_until?.getTime() !== paused.paused_until?.getTime(),
  )
  assert.ok(org.org.usage.apiRequests.used - used <= 2, "it only looks at the limits")

  org.org.usage.apiRequests.used = 100
  const [result] = await loading
  assert.deepEqual([result?.state, result?.received, result?.error], ["complete", 30, null])
  assert.equal((await lastRun())?.paused_until, null)
})

test("a delta and re-reads go on between 80 and 90 %, and stop there", async (t) => {
  const org = await startOrg(t, { accounts: 5 })
  const connections = startProcess(t, org)
  await load(connections, "full", t.signal)
  org.org.usage.apiRequests.used = 85_000
  await connections.budget.observeLimits({
    apiRequests: { max: 100_000, remaining: 15_000 },
    bulkQueryJobs: null,
    bulkQueryStorageMb: null,
    deliveredEvents: { max: 25_000, remaining: 24_000 },
  })
  const delta = await load(connections, "delta", t.signal)
  assert.equal(delta[0]?.state, "complete")
  assert.deepEqual((await usage("DailyDeliveredPlatformEvents"))?.stopped_kinds, [])
  assert.equal((await usage("DailyDeliveredPlatformEvents"))?.used, 1_000)

  org.org.usage.apiRequests.used = 91_000
  await countRecords(connections.session, "Account")
  await assert.rejects(recordsToShadow(connections, "Account"), { code: "API_BUDGET_STOPPED" })
  const stopping = new AbortController()
  const stopped = load(connections, "delta", stopping.signal)
  await waitFor("the delta pauses", 5_000, async () => (await lastRun())?.state === "paused")
  stopping.abort()
  await assert.rejects(stopped, { name: "AbortError" })
})

test("REQUEST_LIMIT_EXCEEDED stops every kind in every process until Salesforce answers again", async (t) => {
  const org = await startOrg(t, { accounts: 5 })
  const [refused, other] = [startProcess(t, org), startProcess(t, org)]
  await countRecords(refused.session, "Account")
  const { apiRequests } = org.org.usage
  apiRequests.used = apiRequests.max
  await assert.rejects(countRecords(refused.session, "Account"), { code: "REQUEST_LIMIT_EXCEEDED" })
  assert.deepEqual(await stopsOf(refused), kinds)
  assert.match((await usage())?.reason ?? "", /Salesforce refuses calls because DailyApiRequests is used up/)
  await waitFor("the other process stops too", 6_000, async () => (await stopsOf(other)).length === 4)

  apiRequests.used = 10
  await waitFor("all kinds go on", 10_000, async () => (await stopsOf(other)).length === 0)
  assert.deepEqual((await usage())?.stopped_kinds, [])
})

test("bulk jobs have a daily limit of their own, which stops loads and nothing else", async (t) => {
  const org = await startOrg(t, { accounts: 5 })
  const connections = startProcess(t, org)
  org.org.usage.bulkQueryJobs.used = org.org.usage.bulkQueryJobs.max
  const loading = load(connections, "full", t.signal)
  await waitFor("the load pauses", 8_000, async () => (await lastRun())?.state === "paused")
  assert.deepEqual(await stopsOf(connections), ["load", "delta"])
  org.org.usage.bulkQueryJobs.used = 0
  assert.equal((await loading)[0]?.state, "complete")
})

const refusal = (errorCode: string, message: string) => JSON.stringify([{ errorCode, message }])
const concurrent = refusal(
  "REQUEST_LIMIT_EXCEEDED",
  "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
)
const daily = refusal("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")

test("too many calls at the same moment: each call waits a little, also the creation of a job, and no kind stops", async (t) => {
  const org = await startOrg(t, { accounts: 5 })
  await pool.query("update sf_shadow.setting set limits_every = '5 minutes'")
  const connections = startProcess(t, org)
  const longTxn = refusal("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.")
  const { faults } = org.org
  const armed = [
    faults.arm("http.status", { path: /jobs\/query$/, status: 403, body: concurrent, times: 2 }),
    faults.arm("http.status", { path: /results/, status: 403, body: longTxn }),
    faults.arm("http.status", { path: /query\?q=/, status: 403, body: concurrent }),
  ]
  const [result] = await load(connections, "full", t.signal)
  assert.deepEqual(
    armed.map(({ struck }) => struck),
    [2, 1, 1],
  )
  assert.deepEqual([result?.state, result?.received], ["complete", 5])
  assert.deepEqual(await stopsOf(connections), [])
  assert.equal((await usage())?.reason, null)
  assert.equal((await usage("DailyBulkV2QueryJobs"))?.max, null, "/limits was not even asked")
  assert.equal(org.org.usage.bulkQueryJobs.used, 1)
})

test("a refusal for the day is believed where /limits agrees: what it contradicts goes on at once", async (t) => {
  const org = await startOrg(t, { accounts: 5 })
  await pool.query("update sf_shadow.setting set limits_every = '5 minutes'")
  const connections = startProcess(t, org)
  const { faults, usage: used } = org.org
  for (const body of [daily, refusal("REQUEST_LIMIT_EXCEEDED", "A text of next year.")]) {
    faults.arm("http.status", { path: /query\?q=/, status: 403, body })
    const error = await countRecords(connections.session, "Account").catch(
      (reason: SalesforceError) => reason,
    )
    assert.equal((error as SalesforceError).code, "REQUEST_LIMIT_EXCEEDED")
    assert.equal(await connections.budget.waitAfter(error, "load"), null, "an ordinary failure")
    assert.deepEqual(await stopsOf(connections), [])
    assert.equal((await usage())?.reason, null)
  }
  faults.arm("http.status", { path: /jobs\/query$/, status: 403, body: daily })
  assert.equal((await load(connections, "full", t.signal))[0]?.state, "complete")

  used.apiRequests.used = used.apiRequests.max
  const error = await countRecords(connections.session, "Account").catch((reason: SalesforceError) => reason)
  const waitMs = (await connections.budget.waitAfter(error, "load")) ?? 0
  assert.ok(waitMs > 200_000, `waits for ${waitMs} ms where /limits is refused as well`)
  assert.deepEqual(await stopsOf(connections), kinds)
})

test("the results of bulk queries have a daily limit too, told apart from that of jobs", async (t) => {
  const org = await startOrg(t, { accounts: 5 })
  const connections = startProcess(t, org)
  const { bulkQueryStorageMb } = org.org.usage
  bulkQueryStorageMb.used = bulkQueryStorageMb.max
  const loading = load(connections, "full", t.signal)
  await waitFor("the load pauses", 8_000, async () => (await lastRun())?.state === "paused")
  assert.match((await lastRun())?.error ?? "", /result size.*the results of the org's bulk queries/)
  assert.deepEqual(await stopsOf(connections), ["load", "delta"])
  assert.deepEqual((await usage("DailyBulkV2QueryJobs"))?.stopped_kinds, [])
  bulkQueryStorageMb.used = 0
  assert.equal((await loading)[0]?.state, "complete")
})
