import assert from "node:assert/strict"
import { test } from "node:test"
import pg from "pg"
import { endsWith } from "../harness/command.ts"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { launchService, startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"

const secondId = "00DDp0000067890MAA"

test("records of another org are refused until adopt-org; then nothing of the one before is left", async (t) => {
  const { url, beforeClose } = await createTestDatabase()
  // Under a name of its own: it is no process of the service.
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: "psql" })
  beforeClose(() => pool.end())
  const first = await startOrg(t, { products: 8, accounts: 4 })
  const second = await startOrg(t, {
    products: 5,
    accounts: 3,
    seed: 2,
    organizationId: secondId.slice(0, 15),
  })
  assert.equal(second.org.id, secondId)
  await endsWith(0, ["backfill"], first.environment(url))
  const service = await startService(t, first.environment(url))
  await settle(first.org, pool, 60_000)
  const outbox = await pool.query(
    "select max(seq)::int as seq from sf_shadow.invalidation where object = 'Product2'",
  )

  // A load, and a service that follows events, are refused alike.
  const refused = await endsWith(1, ["backfill", "Product2"], second.environment(url))
  const message = new RegExp(
    `this database belongs to org ${first.org.id} \\(https://127.0.0.1:\\d+\\), and the login is to org ${secondId}.*` +
      `stop the service and run the command adopt-org --confirm ${secondId}`,
  )
  assert.match(refused.stdout, message)
  // Nor is the database moved while anything runs.
  const adopt = ["adopt-org", "--confirm", secondId]
  const running = await endsWith(1, adopt, second.environment(url))
  assert.match(
    running.stderr,
    /processes of the service are connected: sf-shadow.*\(pid \d+\)\. Stop every process/,
  )
  await service.stop()
  const wrong = launchService(t, second.environment(url), ["--only", "pubsub"])
  await wrong.printed(message, "stderr")
  assert.deepEqual(await differences(first.org, pool), [], "nothing of the second org came in")

  // Not for the wrong org.
  const guarded = await endsWith(2, adopt, first.environment(url))
  assert.match(
    guarded.stderr,
    new RegExp(`--confirm names org ${secondId}, and SF_\\* logs in to org ${first.org.id}`),
  )
  assert.deepEqual(await differences(first.org, pool), [])

  await wrong.stop()
  const adopted = await endsWith(0, adopt, second.environment(url))
  assert.match(
    adopted.stdout,
    /Everything of org 00D\w{15} is forgotten\. Start the service and run backfill/,
  )
  const { rows } = await pool.query<{ left: string }>(
    `select relation || ': ' || found as left from (
       select 'products', count(*) from sf_product_shadow union all
       select 'prices', count(*) from sf_pricebook_shadow union all
       select 'accounts', count(*) from sf_account_eligibility_shadow union all
       select 'events', count(*) from sf_shadow_event union all
       select 'streams', count(*) from sf_shadow.stream union all
       select 'runs', count(*) from sf_shadow.run union all
       select 'tombstones', count(*) from sf_shadow.tombstone union all
       select 'marks', count(*) from sf_shadow.dirty union all
       select 'jobs', count(*) from sf_shadow_worker.jobs union all
       select 'claims', count(*) from sf_shadow_lag where state <> 'never loaded' or rows <> 0 or fresh_as_of is not null
     ) relations (relation, found) where found > 0`,
  )
  assert.deepEqual(rows, [])
  const told = await pool.query("select seq, everything from sf_shadow_invalidations('Product2', $1)", [
    outbox.rows[0].seq,
  ])
  assert.ok(
    told.rows.length > 0 && told.rows.every(({ everything }) => everything),
    "caches are told to forget",
  )
  const again = await endsWith(0, adopt, second.environment(url))
  assert.match(again.stdout, /belongs to org 00D\w{15} already\. Nothing was done/)

  await endsWith(0, ["backfill"], second.environment(url))
  const next = await startService(t, second.environment(url))
  await settle(second.org, pool, 60_000)
  await next.stop()
  const back = await endsWith(1, ["delta", "Account"], first.environment(url))
  assert.match(back.stdout, /this database belongs to org 00DDp0000067890MAA/)
})
