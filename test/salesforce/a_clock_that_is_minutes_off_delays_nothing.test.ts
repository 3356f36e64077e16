import assert from "node:assert/strict"
import { test } from "node:test"
import { endsWith } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

const minutes = 60_000

for (const clockSkewMs of [5 * minutes, -5 * minutes]) {
  const where = clockSkewMs > 0 ? "ahead" : "behind"
  test(`an org whose clock is 5 minutes ${where}: re-reads and holes wait no longer for it, and ages are right`, async (t) => {
    const { org, seeded, environment } = await startOrg(t, { clockSkewMs, products: 5, accounts: 5 })
    const { url, pool } = await createTestDatabase(t)
    const variables = environment(url)
    await endsWith(0, ["backfill"], variables)
    const service = await startService(t, variables)
    // The first subscription's hole is closed by a delta that begins after its end on Salesforce's clock.
    await settle(org, pool, 60_000)

    const [account] = seeded.accounts as [string]
    org.faults.arm("event.gap", { times: Number.POSITIVE_INFINITY })
    org.transaction((tx) => tx.update("Account", account, { Internet_Eligibility__c: "Told by a gap" }))
    await waitFor("the record in doubt is read again", 30_000, async () => {
      const { rows } = await pool.query(
        "select from sf_account_eligibility_shadow where account_id = $1 and internet_eligibility = 'Told by a gap'",
        [account],
      )
      return rows.length > 0
    })
    org.faults.disarm()
    await pool.query("select sf_shadow_pause('Account'), sf_shadow_resume('Account')")
    await settle(org, pool, 60_000)

    const committedAt = org.now()
    org.transaction((tx) => tx.update("Account", account, { Internet_Eligibility__c: "Told by an event" }))
    const row = await waitFor("the event is applied", 30_000, async () => {
      const { rows } = await pool.query("select * from sf_account_eligibility($1)", [account])
      return rows[0]?.internet_eligibility === "Told by an event" && rows[0]
    })
    const { rows } = await pool.query<{ age: number; since: number; known_until: Date; latest: Date }>(
      `select extract(epoch from e.age)::float8 as age, extract(epoch from l.since_last_change)::float8 as since,
         greatest(e.synced_at, l.fresh_except_listed) as known_until, sf_shadow_salesforce_now() as latest
       from sf_account_eligibility($1) e, sf_shadow_lag l where l.object = 'Account'`,
      [account],
    )
    const now = org.now()
    const shown = rows[0] as (typeof rows)[0]
    assert.equal(row.is_stale, false)
    const nearTo = (seconds: number, expected: number, what: string) =>
      assert.ok(Math.abs(seconds - expected) < 3, `${what}: ${seconds} s, not ${expected} s`)
    nearTo(shown.latest.getTime() / 1000, now / 1000, "Salesforce's time")
    assert.ok(shown.latest.getTime() >= now - 500, "an age is not told younger than it is")
    nearTo(shown.age, (now - shown.known_until.getTime()) / 1000, "age of the row")
    nearTo(shown.since, (now - committedAt) / 1000, "since the last change")
    await service.stop()
  })
}
