import assert from "node:assert/strict"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { endsWith } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

test("mapping: a file that is exported, changed and applied is followed without a restart", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, { products: 3, accounts: 5, contacts: 20, sites: 8 })
  const variables = environment(url)
  const folder = await mkdtemp(join(tmpdir(), "sf-shadow-mapping-"))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, "mapping.json")
  await endsWith(0, ["backfill"], variables)
  const service = await startService(t, variables)

  const exported = await endsWith(0, ["mapping", "export", file], variables)
  assert.match(
    exported.stdout,
    /mapping\.json has the 3 mirrored objects, and \S+mapping\.schema\.json tells editors/,
  )
  assert.equal((await endsWith(0, ["mapping", "export"], variables)).stdout, await readFile(file, "utf8"))
  const mapping = JSON.parse(await readFile(file, "utf8"))
  mapping.objects.Service_Site__c = {}
  mapping.objects.Contact = { fields: { LastName: "surname", AccountId: true } }
  mapping.objects.Account.fields.Phone = "telephone"
  await writeFile(file, JSON.stringify(mapping, null, 2))

  const planned = await endsWith(0, ["mapping", "plan", file], variables)
  assert.match(
    planned.stdout,
    /^\+ Service_Site__c {2}new, in sf_service_site_shadow, with 12 columns\n\+ Contact {10}new, in sf_contact_shadow, with 2 columns\n\+ Account {10}more columns: telephone\n\nService_Site__c becomes table/,
  )
  assert.match(planned.stdout, /^create table public\.sf_contact_shadow \($/m)
  assert.match(planned.stdout, /Its 20 records are loaded/)
  assert.match(
    planned.stdout,
    /^Nothing was changed\. This applies it: .* mapping apply \S+mapping\.json\n$/m,
  )
  const applied = await endsWith(0, ["mapping", "apply", file], variables)
  assert.match(applied.stdout, /mapping\.json: applied\. The running service follows it within seconds/)
  org.transaction((tx) => {
    tx.update("Contact", seeded.contacts[0] as string, { LastName: "Told by an event" })
    tx.update("Account", seeded.accounts[0] as string, { Phone: "+49 1" })
  })
  await settle(org, pool, 60_000)
  await waitFor("the column is filled", 60_000, async () => {
    const { rows } = await pool.query("select from sf_shadow.field where unfilled_until is not null")
    return rows.length === 0
  })
  const { rows } = await pool.query(
    `select (select count(*)::int from sf_contact_shadow) as contacts, (select count(*)::int from sf_service_site_shadow) as sites,
       (select count(*)::int from sf_contact_shadow where surname = 'Told by an event') as told,
       (select telephone from sf_account_eligibility_shadow where account_id = $1)`,
    [seeded.accounts[0]],
  )
  assert.deepEqual(rows, [{ contacts: 20, sites: 8, told: 1, telephone: "+49 1" }])

  const again = await endsWith(0, ["mapping", "apply", file, "--json"], variables)
  assert.deepEqual(JSON.parse(again.stdout), { applied: false, dropped: false, changes: [], left: [] })
  delete mapping.objects.Service_Site__c
  delete mapping.objects.Account.fields.Phone
  await writeFile(file, JSON.stringify(mapping, null, 2))
  const left = await endsWith(0, ["mapping", "apply", file], variables)
  assert.match(
    left.stdout,
    /^In the database and not in the file; left as it is, without --prune:\n {2}Service_Site__c, in sf_service_site_shadow\n {2}Account\.Phone, in telephone\n\nNothing to do/,
  )
  const pruned = await endsWith(0, ["mapping", "apply", file, "--prune", "--drop-data"], variables)
  assert.match(pruned.stdout, /^- Service_Site__c {2}mirrored no more, with its data$/m)
  org.transaction((tx) =>
    tx.update("Account", seeded.accounts[0] as string, { Internet_Eligibility__c: "Pending" }),
  )
  await settle(org, pool, 60_000)
  const gone = await pool.query("select to_regclass('public.sf_service_site_shadow') as sites")
  assert.deepEqual(gone.rows, [{ sites: null }])

  const refusals: [args: string[], text: string, message: RegExp][] = [
    [
      ["apply"],
      '{"version": 1, "objects": {\n"Contakt": {}}}',
      /^ {2}line 2: the org has no object Contakt .* Is it Contact\?$/m,
    ],
    [["apply", "--drop-data"], "{}", /^--drop-data is for what --prune removes/],
  ]
  for (const [[command, ...options], text, message] of refusals) {
    await writeFile(file, text)
    const { stderr } = await endsWith(2, ["mapping", command as string, file, ...options], variables)
    assert.match(stderr, message)
  }
  const missing = await endsWith(2, ["mapping", "plan", join(folder, "none.json")], variables)
  assert.match(missing.stderr, /none\.json cannot be read: ENOENT/)
  await service.stop()
})
