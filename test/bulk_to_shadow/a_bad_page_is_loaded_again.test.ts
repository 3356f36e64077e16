import assert from "node:assert/strict"
import { test } from "node:test"
import { endsWith } from "../harness/command.ts"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"

const size = { products: 200, pricebooks: 0, accounts: 0 }
const path = /\/results/

test("pages cut short, HTML for CSV, a missing locator, errors of the server: loaded again until whole", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, size)
  const { faults } = org
  const armed = [
    faults.arm("http.cut", { path, afterBytes: 700 }),
    faults.arm("http.html", { path }),
    faults.arm("http.missing-header", { path, header: "sforce-locator" }),
    faults.arm("http.missing-header", { path, header: "sforce-numberofrecords" }),
    faults.arm("http.status", { path, status: 500, times: 2 }),
  ]
  const { stdout } = await endsWith(0, ["backfill", "Product2"], {
    ...environment(url),
    SF_BULK_PAGE_ROWS: "50",
  })
  assert.deepEqual(
    armed.map(({ struck }) => struck),
    [1, 1, 1, 1, 2],
  )
  assert.match(stdout, /Product2.*200/)
  assert.deepEqual(await differences(org, pool), [])
})

test("a job whose query Salesforce refuses ends at once with 1, its reason and the object; the others are loaded", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, { ...size, accounts: 5 })
  org.faults.arm("bulk.fail", { object: "Product2", errorMessage: "INVALID_FIELD: No such column 'Nom'" })
  const { stderr, stdout } = await endsWith(1, ["backfill", "Product2", "Account"], environment(url))
  assert.match(stderr, /full load of Product2 failed.*Bulk job 750\w+ for Product2 was failed by Salesforce/)
  assert.match(stderr, /INVALID_FIELD: No such column 'Nom'/)
  assert.match(stdout, /Product2.*failed/)
  const { rows } = await pool.query("select object, state, rows from sf_shadow_lag order by object")
  assert.deepEqual(
    rows.map(({ object, rows }) => [object, rows]),
    [
      ["Account", 5],
      ["PricebookEntry", 0],
      ["Product2", 0],
    ],
  )
})
