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

const always = { Id: {}, IsDeleted: {}, SystemModstamp: {}, CreatedDate: {} }
const indexes = { Id: { unique: true }, SystemModstamp: { unique: false } }

/** As Heroku Connect writes it: an object that is mirrored already, one with change events, and one without. */
const exported = {
  connection: { app_name: "shop", exported_at: "2026-11-27T10:00:00", organization_id: "00DDp0000012345" },
  mappings: [
    {
      object_name: "Account",
      config: {
        access: "read_write",
        sf_max_daily_api_calls: 30_000,
        sf_notify_enabled: true,
        sf_polling_seconds: 600,
        upsert_field: "AccountNumber",
        fields: {
          ...always,
          AccountNumber: {},
          AnnualRevenue: {},
          Internet_Eligibility__c: {},
          LastViewedDate: {},
          Name: {},
          NumberOfEmployees: {},
        },
        indexes: { ...indexes, AccountNumber: { unique: true }, Name: { unique: false } },
      },
    },
    {
      object_name: "Contact",
      config: {
        access: "read_only",
        sf_polling_seconds: 600,
        fields: {
          ...always,
          AccountId: {},
          "Account.AccountNumber": {},
          Birthdate: {},
          Description: {},
          Email: {},
          Languages__c: {},
          LastName: {},
        },
        indexes: { ...indexes, Email: { unique: true }, Description: { unique: false } },
      },
    },
    {
      object_name: "Site_Note__c",
      config: { access: "read_only", sf_polling_seconds: 20, fields: { ...always, Text__c: {} }, indexes },
    },
  ],
  version: 1,
}

test("mapping import-heroku: three objects of Heroku Connect are mirrored, and its old queries are answered", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, { products: 2, accounts: 6, contacts: 12 })
  const [first, second] = seeded.accounts as [string, string]
  org.load("Site_Note__c", [{ Text__c: "Ask at the gate" }])
  const person = seeded.contacts[0] as string
  org.transaction((tx) => {
    tx.update("Account", first, {
      Name: "Blue Lake",
      AccountNumber: "A-1",
      AnnualRevenue: 1500,
      NumberOfEmployees: 7,
      Internet_Eligibility__c: "Eligible",
    })
    tx.update("Contact", person, {
      LastName: "Lake",
      AccountId: first,
      Email: "lake@example.com",
      Birthdate: "1980-02-29",
      Languages__c: "English;German",
    })
  })
  const variables = environment(url)
  const folder = await mkdtemp(join(tmpdir(), "sf-shadow-heroku-"))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, "export.json")
  await writeFile(file, JSON.stringify(exported, null, 2))
  await endsWith(0, ["backfill"], variables)
  const service = await startService(t, variables)
  const command = ["mapping", "import-heroku", file, "--compatible-schema", "salesforce"]

  const out = join(folder, "mapping.json")
  const planned = await endsWith(0, [...command, "--dry-run", "--out", out], variables)
  for (const part of [
    /^All objects:\n {2}sf_max_daily_api_calls has no counterpart: .*\n {2}sf_notify_enabled has no counterpart/m,
    /^Account:\n {2}mirrored already, in sf_account_eligibility_shadow: .*\n {2}read_write there, and read-only here, on purpose/m,
    /^ {2}LastViewedDate: no column, when this user last looked at the record\.$/m,
    /^ {2}indexed, and not unique as there, .*: AccountNumber\.$/m,
    /^Contact:\n {2}Account\.AccountNumber: no column, a field of the Account that AccountId refers to: join that\.$/m,
    /^ {2}not indexed, .*: Description\.$/m,
    /^ {2}its change events are followed, in place of a poll each 600 s/m,
    /^Site_Note__c:\n {2}polled every 1m, for it has no change events\. There it was every 20 s/m,
    /^\+ Account {7}more columns: created_date, account_number, annual_revenue, name, number_of_employees$/m,
    /^\+ Account {7}the view salesforce\.account$/m,
    /^\+ Contact {7}indexes: Email, SystemModstamp$/m,
    /^create or replace view salesforce\.contact as select$/m,
    /Nothing was changed \(--dry-run\)\.\n$/,
  ])
    assert.match(planned.stdout, part)
  const { rows: before } = await pool.query("select to_regnamespace('salesforce') as schema")
  assert.deepEqual(before, [{ schema: null }])

  const applied = await endsWith(0, command, variables)
  assert.match(applied.stdout, /export\.json: imported\. The running service follows it within seconds/)
  await settle(org, pool, 60_000)
  await waitFor("all is loaded and filled", 60_000, async () => {
    const { rows } = await pool.query(
      `select from sf_shadow.field where unfilled_until is not null
       union all select from sf_shadow_lag where proven_as_of is null and object <> 'Site_Note__c'
       union all select where (select count(*) from salesforce.site_note__c) = 0`,
    )
    return rows.length === 0
  })

  const answers: [query: string, parameters: unknown[], rows: object[]][] = [
    [
      "select sfid, name, annualrevenue, numberofemployees from salesforce.account where accountnumber = $1 and isdeleted = false",
      ["A-1"],
      [{ sfid: first, name: "Blue Lake", annualrevenue: 1500, numberofemployees: 7 }],
    ],
    [
      `select c.email, c.birthdate::text, c.languages__c, a.name, a.internet_eligibility__c from salesforce.contact c
       join salesforce.account a on a.sfid = c.accountid where c.sfid = $1`,
      [person],
      [
        {
          email: "lake@example.com",
          birthdate: "1980-02-29",
          languages__c: "English;German",
          name: "Blue Lake",
          internet_eligibility__c: "Eligible",
        },
      ],
    ],
    [
      "select text__c, _hc_lastop, _hc_err from salesforce.site_note__c",
      [],
      [{ text__c: "Ask at the gate", _hc_lastop: "SYNCED", _hc_err: null }],
    ],
  ]
  for (const [query, parameters, wanted] of answers)
    assert.deepEqual((await pool.query(query, parameters)).rows, wanted, query)
  const { rows: numbered } = await pool.query<{ id: number; sfid: string }>(
    "select id, sfid from salesforce.account order by id",
  )
  assert.equal(numbered.length, 6)
  const { rows: one } = await pool.query("select sfid from salesforce.account where id = $1", [
    numbered[2]?.id,
  ])
  assert.deepEqual(one, [{ sfid: numbered[2]?.sfid }])

  // What changes is found as Heroku Connect's own readers find it.
  const { rows: last } = await pool.query("select max(systemmodstamp)::text as at from salesforce.account")
  org.transaction((tx) => {
    tx.update("Account", second, { AnnualRevenue: 250, Name: "Hill" })
    tx.create("Account", { Name: "New" })
    tx.delete("Contact", person)
  })
  await settle(org, pool, 60_000)
  const changed = await pool.query(
    "select name, annualrevenue, isdeleted, id is not null as has_id from salesforce.account where systemmodstamp > $1 order by name",
    [last[0]?.at],
  )
  assert.deepEqual(changed.rows, [
    { name: "Hill", annualrevenue: 250, isdeleted: false, has_id: true },
    { name: "New", annualrevenue: null, isdeleted: false, has_id: true },
  ])
  const gone = await pool.query("select from salesforce.contact where sfid = $1", [person])
  assert.equal(gone.rowCount, 0)

  // Again, and as the mapping file that it came to, it does nothing.
  const again = await endsWith(0, [...command, "--json"], variables)
  assert.deepEqual(JSON.parse(again.stdout).changes, [])
  const mapping = JSON.parse(await readFile(out, "utf8"))
  assert.deepEqual(mapping.objects.Site_Note__c, {
    poll: "1m",
    fields: { CreatedDate: true, Text__c: true },
    indexes: ["SystemModstamp"],
    compatible_schema: "salesforce",
  })
  const planAgain = await endsWith(0, ["mapping", "plan", out, "--json"], variables)
  assert.deepEqual(JSON.parse(planAgain.stdout).changes, [])

  const refusals: [text: string, options: string[], message: RegExp][] = [
    [
      '{"mappings": [],\n"version": 2}',
      [],
      /line 2: version: this program reads version 1, and the file says 2/,
    ],
    [
      JSON.stringify(exported, null, 1)
        .replace('"Email": {}', '"Emial": {}')
        .replaceAll("Site_Note__c", "Site_Nota__c"),
      [],
      /line \d+: Contact\.Emial: there is no such field that this user may read\. Is it Email\?\n {2}line \d+: the org has no object Site_Nota__c/,
    ],
    [JSON.stringify(exported), ["--ids-from", "old"], /^--ids-from is for the views of --compatible-schema/],
  ]
  for (const [text, options, message] of refusals) {
    await writeFile(file, text)
    const { stderr } = await endsWith(2, ["mapping", "import-heroku", file, ...options], variables)
    assert.match(stderr, message)
  }
  await service.stop()
})
