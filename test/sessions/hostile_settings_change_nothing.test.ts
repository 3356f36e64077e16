import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { createPool } from "../../src/postgres/pool.ts"
import { Random } from "../../src/simulator/org/random.ts"
import { endsWith, pastMargin } from "../harness/command.ts"
import { hostileUrl, makeHostile, takenDecoys } from "../harness/hostile_settings.ts"
import { startOrg } from "../harness/org.ts"
import { createEmptyDatabase } from "../harness/postgres.ts"
import { RandomChanges } from "../harness/random_changes.ts"
import { startRedis, withoutRedis } from "../harness/redis.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

const withinMs = 60_000
const products = 40

/** All that a service does, once, on a database that is reached by `hostileTo` its URL. */
async function live(t: TestContext, hostileTo: (databaseUrl: string) => Promise<string>): Promise<void> {
  const { org, seeded, environment } = await startOrg(t, { seed: 20261127, products, accounts: 40 })
  const databaseUrl = await createEmptyDatabase()
  const redis = await startRedis()
  const variables = {
    ...environment(await hostileTo(databaseUrl)),
    REDIS_URL: redis.url,
    SF_BULK_PAGE_ROWS: "15",
    SF_DELTA_OVERLAP_MIN: "0",
  }
  const pool = createPool(databaseUrl, { max: 2 })
  t.after(() => pool.end())
  const product = (at: number) => seeded.products[at] as string
  const rename = (at: number, Name: string) =>
    org.transaction((tx) => tx.update("Product2", product(at), { Name }))

  await endsWith(0, ["migrate"], variables)
  // A page whose COPY takes longer than the hostile statement_timeout.
  org.faults.arm("http.slow", { path: /\/results/, afterBytes: 400, pauseMs: 1_300 })
  await endsWith(0, ["backfill"], variables)
  await pastMargin(pool, org)
  rename(0, "Changed for a delta")
  await endsWith(0, ["delta", "Product2"], variables)
  const delta = await pool.query<{ received: number; since: Date }>(
    "select received, since from sf_shadow.run where kind = 'delta' and state = 'complete'",
  )
  assert.equal(delta.rows.length, 1)
  const { received } = delta.rows[0] as { received: number }
  assert.ok(received >= 1 && received < products / 2, `a delta of ${received} records`)

  const service = await startService(t, variables)
  const changes = new RandomChanges(org, new Random(20261127), seeded)
  org.faults.arm("event.gap", { object: "Product2", times: 3 })
  for (let made = 0; made < 60; made++) changes.change()
  changes.giveSkusBack()
  await settle(org, pool, withinMs)

  // What waits in a cache goes with the change, and what a reader found stale is read again.
  const account = seeded.accounts.find((id) => org.read("Account", id) !== null) as string
  const key = `eligibility:${account}`
  await redis.client.set(key, "old")
  const was = org.read("Account", account)?.Internet_Eligibility__c
  org.transaction((tx) =>
    tx.update("Account", account, { Internet_Eligibility__c: was === "Pending" ? "Unknown" : "Pending" }),
  )
  await waitFor("the cached account is cleared", withinMs, async () => !(await redis.client.exists(key)))
  await pool.query("select public.sf_shadow_refresh('Account', array[$1])", [account])
  await waitFor("the request is taken", withinMs, async () => {
    const { rows } = await pool.query("select from sf_shadow.refresh_request")
    return rows.length === 0
  })
  await settle(org, pool, withinMs)

  const { stdout } = await endsWith(0, ["status", "--json"], variables)
  assert.deepEqual(
    JSON.parse(stdout).lag.map(({ object, state }: { object: string; state: string }) => [object, state]),
    ["Account", "PricebookEntry", "Product2"].map((object) => [object, "fresh"]),
  )
  for (const args of [
    ["doctor"],
    ["verify"],
    ["delta"],
    ["cache", "clear"],
    ["reapply", "Product2", "--since", "2026-01-01T00:00:00Z"],
    ["pause", "Account"],
    ["resume", "Account"],
    ["rejects", "--retry"],
    ["replay", "--topic", "/data/Product2ChangeEvent", "--from", "earliest"],
  ]) {
    await endsWith(0, args, variables)
  }
  await pool.query("select public.add_job('maintain')")
  await settle(org, pool, withinMs)
  assert.deepEqual(
    service.logged("worker").filter(({ level }) => level !== "debug"),
    [],
    "no job failed",
  )
  await service.stop()
}

test("as a role, on a database, whose settings are all hostile: the shadow ends equal to the org", {
  skip: withoutRedis,
}, async (t) => {
  let reached = ""
  await live(t, async (databaseUrl) => {
    reached = databaseUrl
    return makeHostile(t, databaseUrl)
  })
  const pool = createPool(reached, { max: 1 })
  assert.deepEqual(await takenDecoys(pool), [])
  await pool.end()
})

test("with a connection string whose options are all hostile: the shadow ends equal to the org", {
  skip: withoutRedis,
}, async (t) => {
  await live(t, async (databaseUrl) => hostileUrl(databaseUrl))
})
