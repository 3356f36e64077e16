import { test } from "node:test"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

/** REST and Bulk refuse every call; logins and the Pub/Sub API work. */
const restDown = { path: /services\/data/, status: 503, times: Number.POSITIVE_INFINITY } as const

test("the first events of an object are applied though REST has been down since before they came", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, simulator, seeded, environment } = await startOrg(t, { products: 3, accounts: 3 })
  const service = await startService(t, environment(url))
  await pool.query("select public.add_job('backfill')")
  await settle(org, pool, 60_000)

  const down = simulator.org.faults.arm("http.status", restDown)
  const [account] = seeded.accounts as [string]
  org.transaction((tx) => tx.update("Account", account, { Internet_Eligibility__c: "told by an event" }))
  await waitFor("the event is applied", 15_000, async () => {
    const { rows } = await pool.query(
      "select from sf_account_eligibility_shadow where account_id = $1 and internet_eligibility = 'told by an event'",
      [account],
    )
    return rows.length === 1
  })
  simulator.org.faults.disarm(down)
  await settle(org, pool, 60_000)
  await service.stop()
})

test("a service that starts while REST is down follows the objects that were loaded before", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, simulator, seeded, environment } = await startOrg(t, { products: 3, accounts: 3 })
  const before = await startService(t, environment(url))
  await pool.query("select public.add_job('backfill')")
  await settle(org, pool, 60_000)
  await before.stop()

  const down = simulator.org.faults.arm("http.status", restDown)
  const [product] = seeded.products as [string]
  org.transaction((tx) => tx.update("Product2", product, { Name: "Told while nobody listened" }))
  const service = await startService(t, environment(url))
  await waitFor("the event is applied", 15_000, async () => {
    const { rows } = await pool.query("select from sf_product_shadow where product_id = $1 and name = $2", [
      product,
      "Told while nobody listened",
    ])
    return rows.length === 1
  })
  simulator.org.faults.disarm(down)
  await settle(org, pool, 60_000)
  await service.stop()
})
