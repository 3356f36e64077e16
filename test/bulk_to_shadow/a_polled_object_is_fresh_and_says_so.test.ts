import assert from "node:assert/strict"
import { test } from "node:test"
import { endsWith } from "../harness/command.ts"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

test("objects without change events are added, polled by REST, and as fresh as their polls", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, { products: 1, accounts: 1 })
  const notes = org.load(
    "Site_Note__c",
    Array.from({ length: 30 }, (_, n) => ({ Text__c: `note ${n}` })),
  )
  const statuses = org.load(
    "CaseStatus",
    ["New", "Working", "Closed"].map((label, n) => ({ ApiName: label, MasterLabel: label, SortOrder: n })),
  )
  const variables = environment(url)
  await pool.query("select sf_shadow_pause(object) from sf_shadow.object")
  const service = await startService(t, variables)
  const settled = () =>
    waitFor("the shadow equals the org", 60_000, async () => (await differences(org, pool)).length === 0)
  /** Waits until polls that began after now claim to hold what was committed until now. */
  const polled = async () => {
    const committedAt = new Date(org.now())
    await waitFor("polls claim to hold what is committed by now", 60_000, async () => {
      const { rows } = await pool.query(
        "select state, fresh_as_of > $1 as holds from sf_shadow_lag where poll_every is not null",
        [committedAt],
      )
      return rows.length === 2 && rows.every(({ state, holds }) => state === "fresh" && holds)
    })
  }

  const added = await endsWith(0, ["objects", "add", "Site_Note__c", "CaseStatus"], variables)
  assert.match(
    added.stdout,
    /^It is polled every 5m, for it has no change events in this org: a query for what has changed since by SystemModstamp/m,
  )
  // The interval of people is too long for a test.
  await pool.query("update sf_shadow.object set poll_every = '1 second' where poll_every is not null")
  await polled()
  assert.deepEqual(await differences(org, pool), [])
  const jobsBefore = org.usage.bulkQueryJobs.used

  org.transaction((tx) => {
    tx.update("Site_Note__c", notes[0] as string, { Text__c: "told by nobody" })
    tx.create("Site_Note__c", { Text__c: "new" })
    tx.delete("Site_Note__c", notes[1] as string)
    tx.update("CaseStatus", statuses[0] as string, { MasterLabel: "Brand new" })
  })
  await polled()
  // And so it is, at this very moment.
  const { rows: held } = await pool.query(
    `select (select text from sf_site_note_shadow where site_note_id = $1) as changed,
       (select count(*)::int from sf_site_note_shadow) as notes,
       (select master_label from sf_case_status_shadow where case_status_id = $2) as label`,
    [notes[0], statuses[0]],
  )
  assert.deepEqual(held, [{ changed: "told by nobody", notes: 30, label: "Brand new" }])
  assert.deepEqual(await differences(org, pool), [])
  assert.equal(org.usage.bulkQueryJobs.used, jobsBefore, "no bulk job was made")

  // Nothing but a comparison of Ids shows that a record without a recycle bin is gone.
  org.transaction((tx) => tx.delete("CaseStatus", statuses[2] as string))
  await polled()
  assert.equal((await differences(org, pool)).length, 1)
  await pool.query(`select add_job('compare_ids', '{"object":"CaseStatus"}')`)
  await settled()

  const { rows: answers } = await pool.query(
    "select is_found, is_stale, reason from sf_shadow_record('Site_Note__c', $1, '1 minute')",
    [notes[0]],
  )
  assert.deepEqual(answers, [{ is_found: true, is_stale: false, reason: null }])
  const listed = JSON.parse((await endsWith(0, ["objects", "--json"], variables)).stdout)
  assert.deepEqual(
    listed.slice(3).map(({ object, changes }: { object: string; changes: string }) => [object, changes]),
    [
      ["Site_Note__c", "polled every 1s"],
      ["CaseStatus", "polled every 1s"],
    ],
  )
  const doctor = await endsWith(0, ["doctor"], variables)
  assert.match(doctor.stdout, /^✔ object Site_Note__c: .*; polled every 1s$/m)
  assert.doesNotMatch(doctor.stdout, /Site_Note__ChangeEvent/)
  const [, http = ""] = /"url":"(http[^"]+)"/.exec(service.output.stderr) ?? []
  assert.equal((await fetch(`${http}/readyz`)).status, 200)
  assert.deepEqual(
    (await pool.query("select topic from sf_shadow_stream where topic ~ 'Note|Status'")).rows,
    [],
  )
  await service.stop()
})
