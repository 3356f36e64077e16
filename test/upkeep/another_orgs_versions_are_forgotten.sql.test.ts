import assert from "node:assert/strict"
import { test } from "node:test"
import pg from "pg"
import { account } from "../harness/records.ts"
import { keepingVersions } from "../harness/versions.ts"
import { waitFor } from "../harness/wait.ts"

test("a database that moves to another org forgets the versions of the one before, and goes on to keep them", async () => {
  const shadow = await keepingVersions("Account")
  await shadow.read("Account", [account(1, 0)], { from: 20 })
  const client = new pg.Client({ connectionString: shadow.url })
  await client.connect()
  // Idle connections of the pool would count as processes of the service.
  await Promise.all(Array.from({ length: shadow.pool.totalCount }, () => shadow.pool.connect())).then(
    (idle) => {
      for (const one of idle) one.release(true)
    },
  )
  await waitFor("only this session is left", 5_000, async () => {
    const { rows } = await client.query(
      "select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    )
    return rows.length === 0
  })
  await client.query("select sf_shadow.adopt_organization('00D000000000001AAA', 'https://another')")
  await client.end()
  assert.deepEqual(await shadow.all("select from sf_account_eligibility_shadow_history"), [])
  const [kept] = await shadow.all("select history_table from sf_shadow.object where object = 'Account'")
  assert.deepEqual(kept, { history_table: "sf_account_eligibility_shadow_history" })
})
