import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { test } from "node:test"
import type pg from "pg"
import { startOrg, type TestOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { withoutPrometheus } from "../harness/prometheus.ts"
import { Scrape } from "../harness/scrape.ts"
import { type Service, startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

let pool: pg.Pool
let org: TestOrg
let service: Service
let http: string

const scrape = () => Scrape.of(http)

/** Waits until a metric has at least this value, and returns that scrape. */
async function shows(name: string, labels: Record<string, string>, atLeast = 1): Promise<Scrape> {
  const what = `${name} ${JSON.stringify(labels)} is at least ${atLeast}`
  let seen: Scrape | undefined
  await waitFor(what, 30_000, async () => {
    seen = await scrape()
    return (seen.value(name, labels) ?? -1) >= atLeast
  }).catch((error: Error) => {
    const lines = seen?.text.split("\n").filter((line) => line.startsWith(name))
    throw new Error(`${error.message}\n${lines?.join("\n")}`)
  })
  return seen as Scrape
}

function rename(id: string, Name: string): void {
  org.org.transaction((tx) => tx.update("Product2", id, { Name }))
}

const failures = "sf_shadow_sync_failures_total"
const events = "sf_shadow_sync_events_total"

test("a service counts its work", async (t) => {
  const database = await createTestDatabase()
  pool = database.pool
  org = await startOrg(t, { products: 20, pricebooks: 2, accounts: 20 })
  service = await startService(t, org.environment(database.url))
  http = service.logged("http_started")[0]?.url as string
  await pool.query("select add_job('backfill')")
  await settle(org.org, pool, 60_000)

  await t.test("a load counts its records, and shows its end and the state of its object", async () => {
    const seen = await shows(events, { object: "Product2", change_type: "full", result: "inserted" }, 20)
    await shows("sf_shadow_object_state", { object: "Product2", state: "fresh" })
    await shows("sf_shadow_run_state", { object: "Product2", kind: "full", state: "complete" })
    assert.equal(seen.value("sf_shadow_rows", { object: "Account" }), 20)
    assert.equal(seen.value("sf_shadow_workers"), 1)
    await shows("sf_shadow_stream_up", { stream: "/data/Product2ChangeEvent" })
  })

  await t.test(
    "an event counts when it is stored and when it is applied, and how long that took",
    async () => {
      const { products } = org.seeded
      rename(products[0] as string, "A new name")
      const product2 = { object: "Product2", change_type: "UPDATE" }
      await shows(events, { ...product2, result: "stored" })
      const seen = await shows(events, { ...product2, result: "applied" })
      const count = seen.value("sf_shadow_commit_to_shadow_seconds_count", { object: "Product2" }) ?? 0
      const sum = seen.value("sf_shadow_commit_to_shadow_seconds_sum", { object: "Product2" }) ?? 0
      assert.ok(count >= 1)
      assert.ok(sum > 0 && sum / count < 30, `${sum} s for ${count} events`)
    },
  )

  await t.test(
    "a fold that fails counts by its SQLSTATE, once for each attempt, and goes on when it can",
    async () => {
      await pool.query("alter table sf_product_shadow rename to elsewhere")
      rename(org.seeded.products[1] as string, "Renamed while the table was away")
      const labels = { object: "", stage: "events_to_shadow", reason: "42P01" }
      const seen = await shows(failures, labels)
      await pool.query("alter table elsewhere rename to sf_product_shadow")
      await settle(org.org, pool, 60_000)
      const { rows } = await pool.query<{ name: string }>(
        "select name from sf_product_shadow where product_id = $1",
        [org.seeded.products[1]],
      )
      assert.equal(rows[0]?.name, "Renamed while the table was away")
      assert.equal(seen.value(failures, { stage: "events_to_shadow" }), seen.value(failures, labels))
    },
  )

  await t.test(
    "a load that cannot be, a re-read and a comparison that fail count by their stage",
    async () => {
      org.org.faults.arm("bulk.fail", { object: "Account", errorMessage: "INVALID_FIELD: a test", times: 1 })
      await pool.query(`select add_job('backfill', '{"object":"Account"}')`)
      await shows(failures, { object: "Account", stage: "bulk_to_shadow", reason: "JOB_FAILED" })
      await shows("sf_shadow_run_state", { object: "Account", kind: "full", state: "failed" })

      await pool.query("select sf_shadow_refresh('Product2', array[$1])", [org.seeded.products[2]])
      await pool.query("alter table sf_product_shadow rename to elsewhere")
      await shows(failures, { object: "Product2", stage: "records_to_shadow", reason: "42P01" })
      await pool.query(`select add_job('verify', '{"object":"Product2"}')`)
      await shows(failures, { object: "Product2", stage: "verify", reason: "42P01" })
      await pool.query("alter table elsewhere rename to sf_product_shadow")
      await settle(org.org, pool, 60_000)
    },
  )

  await t.test("a stream that breaks off and an event that cannot be decoded count", async () => {
    const stream = "/data/AccountChangeEvent"
    org.org.faults.arm("pubsub.unavailable", { topic: stream, times: 1 })
    const seen = await shows("sf_shadow_stream_reconnects_total", { stream })
    assert.ok((seen.value(failures, { object: "Account", stage: "pubsub_to_events" }) ?? 0) >= 1)
    org.org.faults.arm("pubsub.undecodable", { object: "Account", times: 1 })
    const [account] = org.seeded.accounts
    org.org.transaction((tx) => tx.update("Account", account as string, { Internet_Eligibility__c: "Fibre" }))
    await shows(events, { object: "Account", result: "undecoded" })
  })

  await t.test("a record that cannot be stored shows as rejected, by its reason", async () => {
    org.org.transaction((tx) =>
      tx.update("Product2", org.seeded.products[3] as string, { StockKeepingUnit: null }),
    )
    await shows(events, { object: "Product2", result: "rejected" })
    await shows("sf_shadow_rejected_records", { object: "Product2" })
    const labels = { object: "Product2", sqlstate: "23502", refused_by: "StockKeepingUnit" }
    assert.equal((await scrape()).value("sf_shadow_reject_reason_records", labels), 1)
  })

  await t.test("/queue names what waits and what failed, without payloads", async () => {
    await pool.query(
      `select sf_shadow_worker.add_job('clear_cache', '{"token":"s3cr3t"}', job_key => 'failed', run_at => now() + interval '1 day')`,
    )
    await pool.query(
      "update sf_shadow_worker._private_jobs set attempts = max_attempts, last_error = 'refused' where key = 'failed'",
    )
    await pool.query(
      "select sf_shadow_worker.add_job('delta', job_key => 'later', run_at => now() + interval '1 day')",
    )
    const answer = await fetch(`${http}/queue`)
    assert.equal(answer.status, 200)
    const text = await answer.text()
    assert.doesNotMatch(text, /s3cr3t/)
    const { jobs, failed_jobs } = JSON.parse(text)
    const of = (name: string) => jobs.find((job: { name: string }) => job.name === name)
    assert.deepEqual([of("clear_cache").failed, of("clear_cache").waiting], [1, 0])
    assert.ok(of("delta").waiting >= 1)
    assert.equal(failed_jobs.length, 1, JSON.stringify(failed_jobs))
    assert.deepEqual(
      [failed_jobs[0].task, failed_jobs[0].key, failed_jobs[0].error, failed_jobs[0].attempts],
      ["clear_cache", "failed", "refused", 25],
    )
  })

  await t.test(
    "names, units and HELP texts are as Prometheus wants them",
    { skip: withoutPrometheus },
    async () => {
      const { text } = await scrape()
      // promtool speaks up about names, units and missing HELP; the nodejs_ ones are prom-client's.
      const ours = text
        .split("\n")
        .filter((line) => /^(# \w+ )?sf_shadow_/.test(line))
        .join("\n")
      execFileSync("promtool", ["check", "metrics"], {
        input: `${ours}\n`,
        encoding: "utf8",
        stdio: ["pipe", "pipe", "pipe"],
      })
    },
  )

  await service.stop()
})
