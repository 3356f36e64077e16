import assert from "node:assert/strict"
import { test } from "node:test"
import { endsWith } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

test("a pause passes changes over, loads are refused, and resume ends equal, also where the service was started meanwhile", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, { products: 5, accounts: 5 })
  const variables = environment(url)
  await endsWith(0, ["backfill"], variables)
  const first = await startService(t, variables)
  await settle(org, pool, 60_000)

  const paused = await endsWith(0, ["pause", "Account", "--json"], variables)
  assert.deepEqual(JSON.parse(paused.stdout), { object: "Account", paused: true, changed: true })
  const again = await endsWith(0, ["pause", "Account"], variables)
  assert.equal(again.stdout, "Account was paused before: nothing changed.\n")
  const refused = await endsWith(2, ["backfill", "Account"], variables)
  assert.match(refused.stderr, /Account is paused\. End that first: npm run sf-shadow -- resume Account/)

  // Started while it is paused, it does not follow the topic at all.
  await first.stop()
  const service = await startService(t, variables)
  const id = seeded.accounts[0] as string
  org.transaction((tx) => tx.update("Account", id, { Internet_Eligibility__c: "Changed meanwhile" }))
  org.transaction((tx) => tx.update("Product2", seeded.products[0] as string, { Name: "Applied" }))
  await waitFor("the other object goes on", 30_000, async () => {
    const { rows } = await pool.query("select from sf_product_shadow where name = 'Applied'")
    return rows.length > 0
  })
  const lag = await pool.query("select state from sf_shadow_lag where object = 'Account'")
  assert.equal(lag.rows[0].state, "paused")
  const eligibility = async (of = id) =>
    (
      await pool.query(
        "select internet_eligibility as value from sf_account_eligibility_shadow where account_id = $1",
        [of],
      )
    ).rows[0].value
  assert.notEqual(await eligibility(), "Changed meanwhile")

  const resumed = await endsWith(0, ["resume", "Account"], variables)
  assert.equal(resumed.stdout, "Account is resumed.\n")
  await settle(org, pool, 60_000)
  assert.equal(await eligibility(), "Changed meanwhile")
  // By its event, and not only by the delta: the topic is followed again.
  const other = seeded.accounts[1] as string
  org.transaction((tx) => tx.update("Account", other, { Internet_Eligibility__c: "After" }))
  await waitFor("the event is applied", 30_000, async () => (await eligibility(other)) === "After")
  await service.stop()
})

test("an object that is not mirrored exits 2 and names those that are", async () => {
  const { url } = await createTestDatabase()
  const { stderr } = await endsWith(2, ["pause", "Acount"], { DATABASE_URL: url })
  assert.match(stderr, /'Acount' is not mirrored. Mirrored objects: Product2, Account, PricebookEntry\./)
})
