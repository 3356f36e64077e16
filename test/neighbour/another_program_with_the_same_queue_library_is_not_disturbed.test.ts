import assert from "node:assert/strict"
import { test } from "node:test"
import pg from "pg"
import { endsWith } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { createEmptyDatabase } from "../harness/postgres.ts"
import { Scrape } from "../harness/scrape.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"
import { startNeighbour, undisturbed } from "./neighbour.ts"

test("its jobs run once, its schema keeps its version, and none of it is shown, retried or forgotten as ours", async (t) => {
  const url = await createEmptyDatabase()
  const neighbour = await startNeighbour(t, url)
  assert.deepEqual(await neighbour.jobs(), undisturbed)

  const { org, seeded, environment } = await startOrg(t, { products: 6, accounts: 6 })
  const variables = environment(url)
  await endsWith(0, ["migrate"], variables)
  await endsWith(0, ["backfill"], variables)
  const service = await startService(t, variables)
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  t.after(() => pool.end())
  org.transaction((tx) => tx.update("Product2", seeded.products[0] as string, { Name: "Changed" }))
  await settle(org, pool, 60_000)
  // What the crontab does every minute, and a heartbeat that comes after everything above.
  await pool.query("select sf_shadow.requeue_forgotten(), sf_shadow.retry_failed_jobs()")
  await waitFor("a heartbeat", 15_000, async () => {
    const { rows } = await pool.query(
      "select from sf_shadow.worker where beat_at > now() - interval '1 second'",
    )
    return rows.length > 0
  })
  assert.deepEqual(await neighbour.jobs(), undisturbed, "neither freed, nor retried, nor taken")

  const { rows: backlog } = await pool.query(
    "select name from sf_shadow_backlog where kind = 'job' and failed > 0",
  )
  assert.deepEqual(backlog, [])
  assert.deepEqual((await pool.query("select * from sf_shadow_failed_job")).rows, [])
  const httpUrl = service.logged("http_started")[0]?.url as string
  const queue = (await (await fetch(`${httpUrl}/queue`)).json()) as {
    jobs: { name: string; failed: number; running: number }[]
    failed_jobs: unknown[]
  }
  assert.deepEqual(queue.failed_jobs, [])
  assert.deepEqual(
    queue.jobs.filter(({ name }) => name === "verify" || name === "backfill"),
    [],
  )
  const scrape = await Scrape.of(httpUrl)
  assert.equal(scrape.value("sf_shadow_backlog_items", { kind: "job", state: "failed" }) ?? 0, 0)
  assert.equal(scrape.value("sf_shadow_backlog_items", { kind: "job", name: "backfill" }) ?? 0, 0)
  assert.doesNotMatch(await (await fetch(`${httpUrl}/`)).text(), /neighbour/)

  await neighbour.pool.query("select graphile_worker.add_job('maintain')")
  await waitFor("a new job of its own runs, woken as before", 10_000, () => neighbour.begun.maintain === 1)
  await service.stop()

  const next = await startOrg(t, { products: 1, accounts: 1, organizationId: "00DDp0000067890" })
  await endsWith(0, ["adopt-org", "--confirm", next.org.id], next.environment(url))
  assert.deepEqual(await neighbour.jobs(), undisturbed, "not forgotten with our org")

  neighbour.finishLongJob()
  await waitFor("its long job ends", 10_000, async () => (await neighbour.jobs()).length === 1)
  assert.deepEqual(neighbour.begun, { backfill: 1, verify: 1, maintain: 1 })
  const { rows } = await pool.query(
    `select (select max(id) from graphile_worker.migrations) as version,
       (select count(*)::int from graphile_worker._private_known_crontabs) as crontabs`,
  )
  assert.deepEqual(rows, [{ version: 18, crontabs: 0 }])
})
