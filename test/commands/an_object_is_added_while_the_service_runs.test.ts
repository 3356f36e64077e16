import assert from "node:assert/strict"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import type pg from "pg"
import type { Org } from "../../src/simulator/org/org.ts"
import { endsWith } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

/** What a refused command, or a dry run, must leave as it was. */
async function mapping(pool: pg.Pool): Promise<unknown[]> {
  const { rows } = await pool.query(
    `select 'object' as kind, o.object as name from sf_shadow.object o
     union all select 'field', f.object || '.' || f.column_name from sf_shadow.field f
     union all select 'job', j.key from sf_shadow_worker.jobs j where j.key ~ 'Contact|Service_Site__c'
     union all select 'table', c.relname from pg_class c where c.relnamespace = 'public'::regnamespace order by 1, 2`,
  )
  return rows
}

test("objects add: rows within seconds, then live, known to everything that looks, and gone after objects remove", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, { products: 3, accounts: 5, contacts: 20, sites: 8 })
  const variables = environment(url)
  await endsWith(0, ["backfill"], variables)
  const service = await startService(t, variables)
  await settle(org, pool, 60_000)

  const before = await mapping(pool)
  const dry = await endsWith(0, ["objects", "add", "contact", "--dry-run"], variables)
  assert.match(
    dry.stdout,
    /^Contact becomes table public\.sf_contact_shadow, with key contact_id and \d+ columns:/,
  )
  assert.match(dry.stdout, /^ {2}FirstName +first_name text$/m)
  assert.match(dry.stdout, /^ {2}MailingLatitude +mailing_latitude numeric\(18,15\)$/m)
  assert.match(dry.stdout, /^ {2}Order__c +order_c text {2}\(not order: that is a word of SQL\)$/m)
  assert.match(dry.stdout, /^ {2}MailingAddress: no column, a compound, of which the parts are columns$/m)
  assert.match(dry.stdout, /^Changes come from \/data\/ContactChangeEvent\. Its 20 records are loaded/m)
  assert.match(dry.stdout, /^create table public\.sf_contact_shadow \($/m)
  assert.match(dry.stdout, /^insert into sf_shadow\.field /m)
  assert.match(dry.stdout, /Nothing was changed \(--dry-run\)\.\n$/)
  assert.deepEqual(await mapping(pool), before)

  // A child of Account by its master-detail, beside an object of its own.
  const startedAt = Date.now()
  const added = await endsWith(0, ["objects", "add", "Contact", "Service_Site__c"], variables)
  assert.match(added.stdout, /^Its parent is Account, by Account__c: a row goes with its parent/m)
  assert.match(added.stdout, /^Contact, Service_Site__c: added\./m)
  await settle(org, pool, 60_000)
  t.diagnostic(
    `two objects were added, loaded and fresh after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`,
  )
  const counted = await pool.query(
    "select (select count(*)::int from sf_contact_shadow) as contacts, (select count(*)::int from sf_service_site_shadow) as sites",
  )
  assert.deepEqual(counted.rows, [{ contacts: 20, sites: 8 }])

  const contactId = seeded.contacts[0] as string
  org.transaction((tx) => {
    tx.update("Contact", contactId, { LastName: "Told by an event", Order__c: "next" })
    tx.create("Contact", { LastName: "New", AccountId: seeded.accounts[1] })
    tx.delete("Contact", seeded.contacts[1] as string)
    tx.update("Service_Site__c", seeded.sites[0] as string, { Bandwidth_Mbps__c: 12.25 })
  })
  await waitFor("the change is in the shadow", 30_000, async () => {
    const { rows } = await pool.query(
      "select from sf_contact_shadow where contact_id = $1 and last_name = 'Told by an event' and order_c = 'next'",
      [contactId],
    )
    return rows.length === 1
  })
  org.transaction((tx) => tx.delete("Account", seeded.accounts[0] as string))
  await settle(org, pool, 60_000)

  const listed = JSON.parse((await endsWith(0, ["objects", "--json"], variables)).stdout) as Record<
    string,
    unknown
  >[]
  assert.deepEqual(listed.map(({ object, table, state }) => [object, table, state]).slice(3), [
    ["Contact", "sf_contact_shadow", "fresh"],
    ["Service_Site__c", "sf_service_site_shadow", "fresh"],
  ])
  const doctor = await endsWith(0, ["doctor"], variables)
  assert.match(doctor.stdout, /^✔ object Service_Site__c: \d+ readable fields/m)
  assert.match(doctor.stdout, /^✔ topic \/data\/Service_Site__ChangeEvent: may be subscribed to$/m)
  const [, http = ""] = /"url":"(http[^"]+)"/.exec(service.output.stderr) ?? []
  assert.match(await (await fetch(`${http}/metrics`)).text(), /object="Contact"/)
  assert.equal((await fetch(`${http}/readyz`)).status, 200)

  const asParent = await endsWith(2, ["objects", "remove", "Account"], variables)
  assert.match(asParent.stderr, /^Account is part of sf-shadow/)
  const wouldGo = await endsWith(0, ["objects", "remove", "Contact", "--drop-data", "--dry-run"], variables)
  assert.match(wouldGo.stdout, /^select sf_shadow\.remove_object\('Contact', drop_data => true\);$/m)
  await endsWith(0, ["objects", "remove", "Contact", "--drop-data"], variables)
  await endsWith(0, ["objects", "remove", "Service_Site__c", "--drop-data"], variables)
  await waitFor("the topics are followed no more", 30_000, async () => {
    const { rows } = await pool.query(
      "select count(*)::int as followed from pg_stat_activity where datname = current_database() and application_name = 'sf-shadow leader'",
    )
    return rows[0].followed === 3
  })
  assert.deepEqual(await mapping(pool), before)

  await t.test(
    "fields add: a column of an object that events change meanwhile is filled, followed, renamed and removed",
    () => fieldsChange(org, pool, seeded.accounts, variables),
  )

  // And once more, by people who have only psql.
  await pool.query(`select add_job('add_object', '{"object":"Contact","fields":["LastName"],"keep":"all"}')`)
  await waitFor("it is mirrored", 30_000, async () => {
    const { rows } = await pool.query(
      "select from sf_shadow.object where object = 'Contact' and keep = 'all'",
    )
    return rows.length === 1
  })
  org.transaction((tx) => tx.update("Contact", contactId, { LastName: "Again" }))
  await settle(org, pool, 60_000)
  await pool.query(`select add_job('add_object', '{"object":"Contakt"}')`)
  await waitFor("the refusal is said", 30_000, async () => {
    const { rows } = await pool.query("select error, retried_at from sf_shadow_failed_job")
    return (
      rows.length === 1 &&
      /no object Contakt that this user may see/.test(rows[0].error) &&
      rows[0].retried_at === null
    )
  })
  await service.stop()
})

/** Of Account, which keeps mapped fields alone. */
async function fieldsChange(
  org: Org,
  pool: pg.Pool,
  accounts: string[],
  variables: Record<string, string>,
): Promise<void> {
  const touch = (n: number, more: object = {}) =>
    org.transaction((tx) => tx.update("Account", accounts[n] as string, { Phone: `+49 ${n}`, ...more }))
  touch(1)
  const dry = await endsWith(0, ["fields", "add", "account", "phone", "ParentId", "--dry-run"], variables)
  assert.match(
    dry.stdout,
    /^public\.sf_account_eligibility_shadow, of Account, gets 2 columns at its end:\n {2}Phone +phone text\n {2}ParentId +parent_id text {2}\(the Id of another record\)$/m,
  )
  assert.match(dry.stdout, /^alter table public\.sf_account_eligibility_shadow\n {2}add column phone text,$/m)
  assert.match(dry.stdout, /Nothing was changed \(--dry-run\)\.\n$/)
  const changing = setInterval(() => touch(2, { Phone: `+49 ${Date.now()}` }), 20)
  try {
    const added = await endsWith(0, ["fields", "add", "Account", "Phone", "ParentId"], variables)
    assert.match(added.stdout, /^phone, parent_id: added\. Until the values are there Account is "filling"/m)
    const { rows } = await pool.query("select reason from sf_shadow_lag where object = 'Account'")
    assert.equal(rows[0].reason, "columns that were added wait for their values: parent_id, phone")
    touch(3)
    await waitFor("the columns are filled", 60_000, async () => {
      const waiting = await pool.query("select from sf_shadow.field where unfilled_until is not null")
      return waiting.rows.length === 0
    })
  } finally {
    clearInterval(changing)
  }
  await settle(org, pool, 60_000)
  const held = await pool.query(
    "select phone from sf_account_eligibility_shadow where account_id = any ($1) order by 1",
    [[accounts[1], accounts[3]]],
  )
  assert.deepEqual(held.rows, [{ phone: "+49 1" }, { phone: "+49 3" }])
  const drift = await pool.query(
    "select sum(drift)::int as drift from sf_shadow.run where object = 'Account'",
  )
  assert.deepEqual(drift.rows, [{ drift: 0 }])
  const listed = await endsWith(0, ["fields", "Account"], variables)
  assert.match(listed.stdout, /^ {2}Phone +text +phone +yes$/m)
  assert.match(listed.stdout, /^ {2}Fax +text +- +no$/m)

  const renamed = await endsWith(
    0,
    ["fields", "rename", "Account", "Phone", "--column", "telephone"],
    variables,
  )
  assert.match(
    renamed.stdout,
    /^phone \(Phone\), of public\.sf_account_eligibility_shadow, is called telephone from then on\./m,
  )
  touch(1, { Phone: "+1" })
  await settle(org, pool, 60_000)
  const called = await pool.query(
    "select telephone from sf_account_eligibility_shadow where account_id = $1",
    [accounts[1]],
  )
  assert.deepEqual(called.rows, [{ telephone: "+1" }])
  const gone = await endsWith(
    0,
    ["fields", "remove", "Account", "Phone", "ParentId", "--drop-data"],
    variables,
  )
  assert.match(
    gone.stdout,
    /^alter table public\.sf_account_eligibility_shadow drop column parent_id, drop column telephone;$/m,
  )
  touch(1, { Internet_Eligibility__c: "Pending" })
  await settle(org, pool, 60_000)
}

test("an object that joins a channel which is followed already misses nothing", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, { products: 3, accounts: 3, contacts: 10 })
  const variables = { ...environment(url), SF_TOPICS: "/data/ChangeEvents" }
  await endsWith(0, ["backfill"], variables)
  const service = await startService(t, variables)
  await settle(org, pool, 60_000)
  await endsWith(0, ["objects", "add", "Contact"], variables)
  // While the load runs and the stream does not carry it yet.
  for (let n = 0; n < 30; n++) {
    const id = seeded.contacts[n % 10] as string
    org.transaction((tx) => tx.update("Contact", id, { Title: `Title ${n}` }))
    await sleep(100)
  }
  await settle(org, pool, 60_000)
  org.transaction((tx) => tx.update("Contact", seeded.contacts[0] as string, { Title: "By its event" }))
  await waitFor("the event is applied", 30_000, async () => {
    const { rows } = await pool.query("select from sf_contact_shadow where title = 'By its event'")
    return rows.length === 1
  })
  await service.stop()
})

const refused: [args: string[], message: RegExp][] = [
  [["add", "Contakt"], /^The org has no object Contakt that this user may see\. Nothing was changed\.$/m],
  [
    ["add", "Account"],
    /^Account is mirrored already, in sf_account_eligibility_shadow\. Nothing was changed\.$/m,
  ],
  [
    ["add", "Contact", "--fields", "LastName,Nickname"],
    /^Contact cannot have these columns: Nickname \(there is no such field/m,
  ],
  [
    ["add", "Contact", "--fields", "LastName,LastViewedDate"],
    /LastViewedDate \(when this user last looked at the record\)/,
  ],
  [
    ["add", "Contact", "--table", "sf_product_shadow"],
    /^sf_product_shadow is the table of Product2: give Contact another one/m,
  ],
  [["add", "Site_Note__c", "--poll", "30s"], /^Site_Note__c cannot be polled every '30s'/m],
  [
    ["add", "Contact", "--parent", "AccountId"],
    /^AccountId may be empty, and a row without its parent cannot be stored/m,
  ],
  [
    ["add", "Contact", "Pricebook2", "--table", "sf_mine"],
    /^--fields, --table, --parent and --where are for one object/m,
  ],
  [
    ["fields", "Contact"],
    /^Contact is not mirrored\. The mirrored objects are Product2, Account, PricebookEntry\.$/m,
  ],
  [
    ["fields", "add", "Account", "Phone", "Fux"],
    /^Account cannot have these columns: Fux \(there is no such field/m,
  ],
  // All of them or none.
  [["add", "Contact", "Contakt"], /no object Contakt/],
  [["add", "Contact", "Account"], /^Account is mirrored already/m],
  [
    ["remove", "Contact"],
    /^object 'Contact' is not mirrored\. Mirrored objects: Product2, Account, PricebookEntry\.$/m,
  ],
]

test("what cannot be is refused with one message and exit code 2, and the database is as before", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { environment } = await startOrg(t, { products: 1, accounts: 1, contacts: 1 })
  const before = await mapping(pool)
  for (const [args, message] of refused) {
    const [word] = args
    const { stderr } = await endsWith(2, word === "fields" ? args : ["objects", ...args], environment(url))
    assert.match(stderr, message)
  }
  assert.deepEqual(await mapping(pool), before)

  const available = await endsWith(0, ["objects", "available"], environment(url))
  assert.match(available.stdout, /^ {2}Contact +Contact +yes$/m)
  assert.match(available.stdout, /^3 others are mirrored, or cannot be: a pattern shows them, and why\.$/m)
  const named = await endsWith(0, ["objects", "available", "s*e*", "--json"], environment(url))
  assert.deepEqual(JSON.parse(named.stdout), [
    { object: "Service_Site__c", label: "Service Site", can_be_added: "yes" },
    {
      object: "Site_Note__c",
      label: "Site Note",
      can_be_added: "yes: it has no change events, and is polled every 5m unless --poll says otherwise",
    },
  ])
})
