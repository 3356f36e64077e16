import assert from "node:assert/strict"
import { test } from "node:test"
import { endsWith, pastMargin } from "../harness/command.ts"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"

const visibleAtOnce = { visibilityLagMs: [0, 0] } as const

test("a delta brings updates, creates and deletes since the load", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, visibleAtOnce)
  await endsWith(0, ["backfill"], environment(url))
  const [updated, deleted] = seeded.products as [string, string]
  org.transaction((tx) => {
    tx.update("Product2", updated, { Name: 'New "name"', Item_Class__c: null })
    tx.delete("Product2", deleted)
    tx.create("Product2", { Name: "Created", StockKeepingUnit: "CREATED", IsActive: true })
    tx.update("PricebookEntry", seeded.entries.at(-1) as string, { UnitPrice: 0.1 })
    tx.delete("Account", seeded.accounts[0] as string)
  })
  await pastMargin(pool, org)
  await endsWith(0, ["delta"], environment(url))
  assert.deepEqual(await differences(org, pool), [])
  const { rows } = await pool.query(
    "select object, received < rows as fewer from sf_shadow_run r join sf_shadow_lag using (object) where kind = 'delta'",
  )
  assert.ok(rows.length === 3 && rows.every(({ fewer }) => fewer), JSON.stringify(rows))
})

test("a load removes what was deleted for good, says how many, and stores the counts of both sides", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, visibleAtOnce)
  await endsWith(0, ["backfill"], environment(url))
  org.hardDelete("Account", seeded.accounts.slice(0, 7))
  org.hardDelete("PricebookEntry", seeded.entries.slice(0, 3))
  // Cannot be stored: the counts differ by it.
  org.transaction((tx) => tx.create("Product2", { Name: "Without SKU", IsActive: true }))
  await pastMargin(pool, org)
  const { stdout } = await endsWith(0, ["backfill", "--json"], environment(url))
  const results = JSON.parse(stdout) as {
    object: string
    deleted: number
    difference: number
    rejected: number
  }[]
  assert.deepEqual(
    Object.fromEntries(
      results.map(({ object, deleted, difference, rejected }) => [object, { deleted, difference, rejected }]),
    ),
    {
      Account: { deleted: 7, difference: 0, rejected: 0 },
      PricebookEntry: { deleted: 3, difference: 0, rejected: 0 },
      Product2: { deleted: 0, difference: 1, rejected: 1 },
    },
  )
  const { rows } = await pool.query(
    "select count_in_org, count_in_shadow from sf_shadow_run where object = 'Product2' order by run_id desc limit 1",
  )
  assert.deepEqual(rows, [{ count_in_org: 41, count_in_shadow: 40 }])
})

test("the fuse stops a load that would delete too much, with exit 3; --force lets it", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, { ...visibleAtOnce, products: 0, accounts: 300 })
  await endsWith(0, ["backfill", "Account"], environment(url))
  const hidden = new Set(seeded.accounts.slice(0, 120))
  org.hardDelete("Account", hidden)
  await pastMargin(pool, org)
  const { stderr } = await endsWith(3, ["backfill", "Account"], environment(url))
  const { rows: lag } = await pool.query("select reason from sf_shadow_lag where object = 'Account'")
  assert.match(lag[0].reason, /the fuse has stopped a load: .*more than 10 % in a day/)
  assert.match(stderr, /120 records of Account would be deleted.*of 300 rows.*--force/)
  const count = async () =>
    (await pool.query("select count(*) as rows from sf_account_eligibility_shadow")).rows
  assert.deepEqual(await count(), [{ rows: 300 }])
  await endsWith(0, ["backfill", "Account", "--force"], environment(url))
  assert.deepEqual(await count(), [{ rows: 180 }])
  assert.deepEqual(await differences(org, pool), [])
})
