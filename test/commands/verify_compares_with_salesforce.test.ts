import assert from "node:assert/strict"
import { test } from "node:test"
import { pastMargin } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { runCommand } from "./process.ts"

test("verify finds a row that is wrong, repairs it and exits 1; --all compares every record, and stops at the fuse", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, { products: 5, accounts: 250 })
  const variables = environment(url)
  const [account] = seeded.accounts as [string]
  const run = (...args: string[]) => runCommand(args, variables)
  const backfilled = await run("backfill")
  assert.equal(backfilled.code, 0, backfilled.stderr)

  await startService(t, variables)
  await settle(org, pool, 60_000)

  const clean = await run("verify", "--all")
  assert.equal(clean.code, 0, clean.stderr)
  assert.match(
    clean.stdout,
    /^Account: 250 records compared, no drift; Salesforce counts 250, the shadow 250$/m,
  )
  assert.match(clean.stderr, /^Account: complete, 250 of 250 records$/m, "it says how far it is")

  // Behind the service's back, as a person with psql may do.
  await pool.query(
    `update sf_account_eligibility_shadow set internet_eligibility = 'wrong',
       raw_payload = raw_payload || '{"Internet_Eligibility__c": "wrong"}' where account_id = $1`,
    [account],
  )
  await pastMargin(pool, org)
  const drifted = await run("verify", "Account", "--all", "--json")
  assert.equal(drifted.code, 1, drifted.stderr)
  assert.equal(drifted.stderr.includes("records\n"), false, "no progress beside JSON")
  const [result] = JSON.parse(drifted.stdout) as [Record<string, unknown>]
  assert.deepEqual([result.object, result.compared, result.drift], ["Account", 250, 1])
  const { rows } = await pool.query<{ internet_eligibility: string | null }>(
    "select internet_eligibility from sf_account_eligibility_shadow where account_id = $1",
    [account],
  )
  assert.notEqual(rows[0]?.internet_eligibility, "wrong")

  org.hardDelete("Account", seeded.accounts.slice(0, 150))
  await pastMargin(pool, org)
  const stopped = await run("verify", "Account", "--all")
  assert.equal(stopped.code, 3, stopped.stdout + stopped.stderr)
  assert.match(stopped.stderr, /^Account: fuse: .*150/m)

  const unknown = await run("verify", "Acount")
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /Acount: not mirrored\. The mirrored objects are/)
})
