import assert from "node:assert/strict"
import { test } from "node:test"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

/** So many products and prices are changed together: their events need two requests of a hundred. */
const records = 70
const transactions = 20

test("a reader that looks all the time sees no half transaction of a channel of several objects, but those that are said", async (t) => {
  const { pool, url } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, {
    products: records,
    pricebooks: 1,
    accounts: 0,
    publishDelayMs: [0, 0],
  })
  const change = (version: number) =>
    org.transaction((tx) => {
      for (const [n, id] of seeded.products.slice(0, records).entries())
        tx.update("Product2", id, { Name: `${version} ${n}` })
      for (const [n, id] of seeded.entries.slice(0, records).entries())
        tx.update("PricebookEntry", id, { UnitPrice: version * 1000 + n })
    })
  change(1)
  const service = await startService(t, { ...environment(url), SF_TOPICS: "/data/ChangeEvents" })
  await pool.query("select add_job('backfill')")
  await settle(org, pool, 60_000)

  const seen: string[] = []
  const looking = new AbortController()
  const reader = (async () => {
    while (!looking.signal.aborted) {
      const { rows } = await pool.query<{ versions: string }>(
        `select string_agg(v.version, ' and ') as versions from (
           select split_part(p.name, ' ', 1) as version from sf_product_shadow p
           union select trunc(e.unit_price / 1000)::text from sf_pricebook_shadow e) v`,
      )
      const versions = rows[0]?.versions as string
      if (versions !== seen.at(-1)) seen.push(versions)
    }
  })()
  for (let version = 2; version <= transactions; version++) {
    change(version)
    await waitFor(`version ${version} is seen`, 60_000, () => seen.at(-1) === String(version))
  }
  looking.abort()
  await reader
  const torn = seen.filter((versions) => versions.includes(" and "))
  const { rows } = await pool.query<{ cut: number }>(
    "select cut_transactions::int as cut from sf_shadow_stream",
  )
  const cut = rows[0]?.cut as number
  t.diagnostic(`${cut} of ${transactions - 1} transactions were cut`)
  // Where the server, or this machine, stands still within one, it is cut: that is rare, and said.
  assert.ok(cut <= transactions / 5, `${cut} of ${transactions - 1}: ${torn.join("; ")}`)
  assert.ok(torn.length <= cut, `${torn.join("; ")} were seen, and ${cut} are said`)
  assert.equal(seen.length - torn.length, transactions)
  await service.stop()
})
