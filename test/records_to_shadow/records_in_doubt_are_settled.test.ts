import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import type { Pool } from "pg"
import pino from "pino"
import { readConfig } from "../../src/base/config.ts"
import { runLoads } from "../../src/bulk_to_shadow/index.ts"
import type { Connections } from "../../src/connections.ts"
import { registry } from "../../src/metrics/index.ts"
import { recordsToShadow } from "../../src/records_to_shadow/index.ts"
import { createBudgetedSession } from "../../src/salesforce/budgeted_session.ts"
import { countRecords } from "../../src/salesforce/records.ts"
import { startOrg, type TestOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import type { LogLine } from "../harness/service.ts"

/** An org of ten accounts, loaded an hour ago, and a process that has not asked Salesforce anything yet. */
interface Settled {
  org: TestOrg["org"]
  accounts: string[]
  pool: Pool
  connections: Connections
  /** What it has logged with this event. */
  logged(event: string): LogLine[]
}

async function loaded(t: TestContext): Promise<Settled> {
  const { url, pool } = await createTestDatabase(t)
  const org = await startOrg(t, { accounts: 10, visibilityLagMs: [0, 0] })
  const loader = startProcess(t, org, url, pool)
  await runLoads({
    ...loader.connections,
    kind: "full",
    objects: ["Account"],
    force: false,
    signal: t.signal,
  })
  await pool.query(
    "update sf_shadow.read set read_from = read_from - interval '1 hour', read_to = read_to - interval '1 hour'",
  )
  const accounts = org.seeded.accounts.toSorted()
  return { org: org.org, accounts, pool, ...startProcess(t, org, url, pool) }
}

function startProcess(t: TestContext, { environment }: TestOrg, url: string, pool: Pool) {
  const config = readConfig(environment(url))
  const lines: LogLine[] = []
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const salesforce = createBudgetedSession(config.salesforce, pool, log)
  t.after(() => salesforce.close())
  const connections: Connections = {
    ...{ config, pool, log, session: salesforce.session, budget: salesforce.budget },
  }
  return { connections, logged: (event: string) => lines.filter((line) => line.event === event) }
}

/** Marks accounts as in doubt, to be read again from a time on, without a job. */
async function mark(pool: Pool, ids: string[], notBefore = "-infinity"): Promise<void> {
  await pool.query(
    `insert into sf_shadow.dirty (object, record_id, since, not_before, reason)
     select 'Account', id, now(), $2::timestamptz, 'test' from unnest($1::text[]) id`,
    [ids, notBefore],
  )
}

async function doubts(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ record_id: string }>(
    "select record_id from sf_shadow.dirty where object = 'Account' order by record_id",
  )
  return rows.map(({ record_id }) => record_id)
}

async function jobs(pool: Pool, task: string): Promise<number> {
  const { rows } = await pool.query(
    `select from sf_shadow_worker._private_jobs j join sf_shadow_worker._private_tasks t on t.id = j.task_id
     where t.identifier = $1 and j.payload ->> 'object' = 'Account'`,
    [task],
  )
  return rows.length
}

/** The sum of a counter's series that have the labels. */
async function count(name: string, labels: Record<string, string>): Promise<number> {
  const metric = await registry.getSingleMetric(name)?.get()
  return (metric?.values ?? [])
    .filter((value) => Object.entries(labels).every(([label, of]) => value.labels[label] === of))
    .reduce((sum, { value }) => sum + value, 0)
}

const failures = (reason: string) =>
  count("sf_shadow_sync_failures_total", { object: "Account", stage: "records_to_shadow", reason })
const reread = (result: string) =>
  count("sf_shadow_sync_events_total", { object: "Account", change_type: "reread", result })

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()
const nobody = (n: number) => `001X${String(n).padStart(11, "0")}AAA`

test("what is ripe is read again, be it in doubt or asked for by a reader, and the rest waits for its time", async (t) => {
  const { org, accounts, pool, connections, logged } = await loaded(t)
  const [changed, gone, same, waits, asked] = accounts as [string, string, string, string, string]
  org.transaction((tx) => tx.update("Account", changed, { Internet_Eligibility__c: "Read again" }))
  org.transaction((tx) => tx.delete("Account", gone))
  await mark(pool, [changed, gone, same])
  await mark(pool, [waits], inAnHour())
  await pool.query("select sf_shadow_refresh('Account', array[$1])", [asked])
  await pool.query("delete from sf_shadow_worker._private_jobs")
  const before = await reread("updated")

  assert.deepEqual(await recordsToShadow(connections, "Account"), { read: 3, missing: 1, cleared: 4 })
  const { rows } = await pool.query(
    "select account_id, internet_eligibility from sf_account_eligibility_shadow where account_id = any ($1)",
    [[changed, gone]],
  )
  assert.deepEqual(rows, [{ account_id: changed, internet_eligibility: "Read again" }])
  assert.deepEqual(await doubts(pool), [waits])
  assert.equal(await jobs(pool, "records_to_shadow"), 1)
  assert.equal(await reread("updated"), before + 1)
  const [line] = logged("records_to_shadow")
  assert.deepEqual([line?.object, line?.read, line?.missing, line?.cleared], ["Account", 3, 1, 4])

  assert.deepEqual(await recordsToShadow(connections, "Account"), { read: 0, missing: 0, cleared: 0 })
  assert.equal(logged("records_to_shadow").length, 1, "nothing was done, nothing is said")
  await mark(pool, [nobody(1)])
  assert.deepEqual(await recordsToShadow(connections, "Account"), { read: 0, missing: 1, cleared: 1 })
  assert.equal(logged("records_to_shadow").length, 2, "an absence is something too")
})

test("more than a call takes is read by several, and added up", async (t) => {
  const { accounts, pool, connections } = await loaded(t)
  const many = Array.from({ length: 2_005 }, (_, n) => nobody(n))
  await mark(pool, [...many, ...accounts])
  assert.deepEqual(await recordsToShadow(connections, "Account"), {
    read: 10,
    missing: 2_005,
    cleared: 2_015,
  })
  assert.deepEqual(await doubts(pool), [])
})

test("where the fuse stops re-reads the records stay in doubt, and freshness says why, until somebody has looked", async (t) => {
  const { org, accounts, pool, connections, logged } = await loaded(t)
  const gone = accounts.slice(0, 3)
  await pool.query("update sf_shadow.setting set fuse_rows = 2, fuse_percent = 1")
  for (const id of gone) org.transaction((tx) => tx.delete("Account", id))
  await mark(pool, gone)
  assert.deepEqual(await recordsToShadow(connections, "Account"), { read: 0, missing: 0, cleared: 0 })
  assert.deepEqual(await doubts(pool), gone)
  const why = "3 records of Account would be deleted because Salesforce no longer shows them, of 10 rows"
  const reason = async () =>
    (await pool.query("select reason from sf_shadow_lag where object = 'Account'")).rows[0]?.reason as string
  assert.match(await reason(), new RegExp(`the fuse has stopped re-reads: ${why}`))
  const [line] = logged("fuse_tripped")
  assert.match(line?.msg ?? "", new RegExp(`^${why}.* in a day\\. Lost permissions look like deletions`))
  assert.equal(await failures("SF003"), 1)

  await pool.query("update sf_shadow.setting set fuse_rows = 100")
  assert.deepEqual(await recordsToShadow(connections, "Account"), { read: 0, missing: 3, cleared: 3 })
  assert.doesNotMatch((await reason()) ?? "", /fuse/)
})

test("a failure is passed on and counted, but neither the end of the process nor a day's limit that is waited for", async (t) => {
  const { org, accounts, pool, connections } = await loaded(t)
  await mark(pool, accounts)
  const refusal = JSON.stringify([{ errorCode: "INVALID_FIELD", message: "No such column" }])
  org.faults.arm("http.status", { path: /composite/, status: 400, body: refusal })
  await assert.rejects(recordsToShadow(connections, "Account"), { code: "INVALID_FIELD" })
  assert.equal(await failures("INVALID_FIELD"), 1)

  const ended = new AbortController()
  ended.abort()
  await assert.rejects(recordsToShadow(connections, "Account", ended.signal), { name: "AbortError" })
  assert.equal(await failures("AbortError"), 0)

  org.usage.apiRequests.used = 91_000
  await countRecords(connections.session, "Account")
  await assert.rejects(recordsToShadow(connections, "Account"), { code: "API_BUDGET_STOPPED" })
  assert.equal(await failures("API_BUDGET_STOPPED"), 0)
  assert.deepEqual(await doubts(pool), accounts)
})

test("more than 20,000 doubts are left to one full load, which is asked for once", async (t) => {
  const { pool, connections, logged } = await loaded(t)
  await pool.query("delete from sf_shadow_worker._private_jobs")
  const many = Array.from({ length: 20_000 }, (_, n) => nobody(n))
  await mark(pool, many, inAnHour())
  await recordsToShadow(connections, "Account")
  assert.equal(await jobs(pool, "backfill"), 0)

  await mark(pool, [nobody(20_000)])
  assert.deepEqual(await recordsToShadow(connections, "Account"), { read: 0, missing: 0, cleared: 0 })
  assert.equal(await jobs(pool, "backfill"), 1)
  assert.match(logged("records_to_shadow_by_bulk")[0]?.msg ?? "", /^20001 records of Account are in doubt/)
  assert.equal((await doubts(pool)).length, 20_001)

  await pool.query("delete from sf_shadow_worker._private_jobs")
  await pool.query("select sf_shadow.start_run('Account', 'full', 'a test')")
  await recordsToShadow(connections, "Account")
  assert.equal(await jobs(pool, "backfill"), 0, "one is under way")
  assert.equal((await doubts(pool)).length, 20_001)
})

test("an object that was never described has nothing to settle", async (t) => {
  const { url, pool } = await createTestDatabase(t)
  const org = await startOrg(t, { accounts: 1 })
  await mark(pool, [nobody(1)])
  const { connections } = startProcess(t, org, url, pool)
  assert.deepEqual(await recordsToShadow(connections, "Account"), { read: 0, missing: 0, cleared: 0 })
  assert.deepEqual(await doubts(pool), [nobody(1)])
})
