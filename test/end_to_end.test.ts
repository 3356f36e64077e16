import assert from "node:assert/strict"
import { test } from "node:test"
import pg from "pg"
import { Random } from "../src/simulator/org/random.ts"
import { runCommand } from "./commands/process.ts"
import { startOrg } from "./harness/org.ts"
import { createEmptyDatabase } from "./harness/postgres.ts"
import { RandomChanges } from "./harness/random_changes.ts"
import { startService } from "./harness/service.ts"
import { settle } from "./harness/settled.ts"
import { waitFor } from "./harness/wait.ts"

const changes = 1_000
/** Repeat a run: SEED=123 node --test test/end_to_end.test.ts */
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

test("migrate, backfill, run: after 1,000 random changes and a crash the shadow equals the org", async (t) => {
  console.log(`seed ${seed}`)
  const { org, seeded, environment } = await startOrg(t, { seed, products: 60, pricebooks: 3, accounts: 60 })
  const url = await createEmptyDatabase()
  const variables = environment(url)
  for (const command of ["migrate", "backfill"]) {
    const { code, stderr } = await runCommand([command], variables)
    assert.equal(code, 0, stderr)
  }
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  t.after(() => pool.end())
  const loaded = await pool.query("select object, rows from sf_shadow_lag order by object")
  assert.deepEqual(loaded.rows, [
    { object: "Account", rows: 60 },
    { object: "PricebookEntry", rows: 180 },
    { object: "Product2", rows: 60 },
  ])

  let service = await startService(t, variables)
  let published = 0
  org.onPublish(() => published++)
  const random = new RandomChanges(org, new Random(seed), seeded)
  for (let made = 1; made <= changes; made++) {
    random.change()
    // In the pace of the bus, so that events and queries of many moments meet.
    if (made % 10 === 0) {
      const before = published
      await waitFor("an event is published", 5_000, () => published > before)
    }
    if (made === changes / 2) {
      await service.kill()
      service = await startService(t, variables)
    }
  }
  random.giveSkusBack()
  console.log(JSON.stringify(random.made))

  await settle(org, pool, 240_000)
  await service.stop()
})
