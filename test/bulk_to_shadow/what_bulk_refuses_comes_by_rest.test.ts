import assert from "node:assert/strict"
import { test } from "node:test"
import { endsWith } from "../harness/command.ts"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"

const says = (errorCode: string) => JSON.stringify([{ errorCode, message: "a test" }])

test("an object that Bulk refuses is loaded by REST, page by page, and its pages are asked anew when their cursor is gone", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, { products: 0, pricebooks: 0, accounts: 0 })
  org.load(
    "CaseStatus",
    Array.from({ length: 4_100 }, (_, n) => ({ ApiName: `S${n}`, MasterLabel: `Status ${n}` })),
  )
  const variables = environment(url)
  const added = await endsWith(0, ["objects", "add", "CaseStatus", "--poll", "1h"], variables)
  assert.match(added.stdout, /^It is polled every 1h, for it has no change events in this org: /m)
  // The second page's cursor is gone, and then the second page fails for a moment.
  const second = /query\/0r8/
  org.faults.arm("http.status", { path: second, status: 400, body: says("INVALID_QUERY_LOCATOR") })
  org.faults.arm("http.status", { path: second, status: 503 })
  await endsWith(0, ["backfill", "CaseStatus"], variables)
  assert.deepEqual(await differences(org, pool), [])
  const { rows } = await pool.query(
    `select r.state, r.received, r.expected, r.by_rest, r.job_id, r.job_attempts, o.by_rest as is_known
     from sf_shadow.run r join sf_shadow.object o using (object)`,
  )
  assert.deepEqual(rows, [
    {
      state: "complete",
      received: 4_100,
      expected: 4_100,
      by_rest: true,
      job_id: null,
      job_attempts: 1,
      is_known: true,
    },
  ])
  assert.equal(org.usage.bulkQueryJobs.used, 0)

  // What is large comes by REST too, and what is known to be refused is not tried again.
  const asked = org.faults.arm("http.status", { path: /jobs\/query/, status: 503, times: Infinity })
  org.transaction((tx) => tx.create("CaseStatus", { ApiName: "Late", MasterLabel: "Late" }))
  await endsWith(0, ["delta", "CaseStatus"], variables)
  assert.equal(asked.struck, 0)
})
