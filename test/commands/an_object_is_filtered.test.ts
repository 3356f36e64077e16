import assert from "node:assert/strict"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import type pg from "pg"
import { endsWith, pastMargin } from "../harness/command.ts"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

const filter = "HasOptedOutOfEmail = false AND (Email != null OR LastName LIKE 'Kept%')"

async function contactIds(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query("select contact_id as id from sf_contact_shadow order by 1")
  return rows.map(({ id }) => id)
}

test("objects add --where: rows are what Salesforce lets through, by events, loads, re-reads and deltas", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, { products: 1, accounts: 3 })
  const contact = (n: number, more: object = {}) => ({
    LastName: `Person ${n}`,
    Email: `person${n}@example.com`,
    HasOptedOutOfEmail: n % 3 === 0,
    ...more,
  })
  const ids = org.load(
    "Contact",
    Array.from({ length: 30 }, (_, n) => contact(n)),
  )
  const [out, leaving, staying, gone] = ids as [string, string, string, string]
  const variables = environment(url)
  await endsWith(0, ["backfill"], variables)

  const refused = async (where: string, reason: RegExp) => {
    const { stderr } = await endsWith(2, ["objects", "add", "Contact", "--where", where], variables)
    assert.match(stderr, reason)
  }
  await refused("Nope__c = 1", /Contact has no field Nope__c that this user may read\. Nothing was changed/)
  await refused(
    "HasOptedOutOfEmail = 'false'",
    /^Salesforce refuses the filter of Contact \(--where, or "where"\), HasOptedOutOfEmail = 'false': .*must be of type boolean/s,
  )
  await refused("Description = 'x'", /can not be filtered in a query call/)
  await refused(
    "Email != null OR Phone = null AND Title = null",
    /Salesforce refuses the filter .*unexpected token/s,
  )
  const two = await endsWith(
    2,
    ["objects", "add", "Contact", "CaseStatus", "--where", "Id != null"],
    variables,
  )
  assert.match(two.stderr, /--where are for one object/)
  const dry = await endsWith(
    0,
    ["objects", "add", "Contact", "--where", filter, "--fields", "LastName", "--dry-run"],
    variables,
  )
  assert.match(dry.stdout, /^ {2}HasOptedOutOfEmail +has_opted_out_of_email boolean$/m)
  assert.match(
    dry.stdout,
    /^Changes come from \/data\/ContactChangeEvent\. The 20 records that meet HasOptedOutOfEmail = false AND/m,
  )

  const service = await startService(t, variables)
  await endsWith(0, ["objects", "add", "Contact", "--where", filter], variables)
  await settle(org, pool, 60_000)
  assert.equal((await contactIds(pool)).length, 20)
  assert.ok(!(await contactIds(pool)).includes(out))

  await t.test("events take records out of it, and bring them in", async () => {
    let entering = ""
    org.transaction((tx) => {
      tx.update("Contact", leaving, { HasOptedOutOfEmail: true, Title: "has left" })
      tx.update("Contact", staying, { Title: "stays" })
      tx.update("Contact", out, { Title: "is outside, and stays there" })
      tx.delete("Contact", gone)
      entering = tx.create("Contact", contact(100))
      tx.create("Contact", contact(101, { HasOptedOutOfEmail: true }))
    })
    // A record that leaves is told to caches as gone.
    await waitFor(
      "the one that leaves is gone",
      30_000,
      async () => !(await contactIds(pool)).includes(leaving),
    )
    await settle(org, pool, 60_000)
    assert.ok((await contactIds(pool)).includes(entering))
    const told = await pool.query(
      "select count(*)::int as times from sf_shadow.invalidation where object = 'Contact' and $1 = any (record_ids)",
      [leaving],
    )
    assert.ok(told.rows[0].times >= 1)
    const answer = await pool.query("select is_found from sf_shadow_record('Contact', $1)", [leaving])
    assert.deepEqual(answer.rows, [{ is_found: false }])

    org.transaction((tx) => {
      tx.update("Contact", leaving, { HasOptedOutOfEmail: false })
      tx.update("Contact", out, { HasOptedOutOfEmail: false, Email: null, LastName: "Kept all the same" })
      tx.update("Contact", staying, { Email: null })
    })
    await waitFor("it is back", 30_000, async () => (await contactIds(pool)).includes(leaving))
    await settle(org, pool, 60_000)
    assert.ok((await contactIds(pool)).includes(out))
    assert.ok(!(await contactIds(pool)).includes(staying))
  })

  await t.test(
    "a delta finds what has left without an event, and the fuse does not take that for lost",
    async () => {
      org.faults.arm("event.suppressed", { object: "Contact", times: 1 })
      const before = await contactIds(pool)
      org.transaction((tx) => {
        for (const id of before.slice(0, 15)) tx.update("Contact", id, { HasOptedOutOfEmail: true })
        tx.update("Contact", staying, { Email: "again@example.com" })
      })
      await pool.query("update sf_shadow.setting set fuse_rows = 3")
      await pastMargin(pool, org)
      assert.ok((await differences(org, pool)).length > 0, "nothing was told")
      await endsWith(0, ["delta", "Contact"], variables)
      await waitFor(
        "the shadow equals the org",
        60_000,
        async () => (await differences(org, pool)).length === 0,
      )
      assert.deepEqual(
        (await contactIds(pool)).filter((id) => before.slice(0, 15).includes(id)),
        [],
      )
    },
  )

  await t.test("counts, comparisons and verify are those of the filter", async () => {
    await settle(org, pool, 60_000)
    await pastMargin(pool, org)
    for (const args of [
      ["verify", "Contact", "--json"],
      ["verify", "Contact", "--all", "--json"],
    ]) {
      const { stdout } = await endsWith(0, args, variables)
      const [verified] = [JSON.parse(stdout)].flat()
      assert.equal(verified.countInOrg, (await contactIds(pool)).length, stdout)
      assert.equal(verified.drift, 0)
    }
    const { rows } = await pool.query(
      "select count_in_org = count_in_shadow as same from sf_shadow.run where object = 'Contact' and state = 'complete' and kind = 'full' order by run_id desc limit 1",
    )
    assert.deepEqual(rows, [{ same: true }])
  })

  await t.test("a mapping file has it, and cannot change it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sf-shadow-filter-"))
    t.after(() => rm(folder, { recursive: true }))
    const file = join(folder, "mapping.json")
    await endsWith(0, ["mapping", "export", file], variables)
    const mapping = JSON.parse(await readFile(file, "utf8"))
    assert.equal(mapping.objects.Contact.where, filter)
    assert.match((await endsWith(0, ["mapping", "plan", file], variables)).stdout, /nothing/i)
    mapping.objects.Contact.where = "HasOptedOutOfEmail = true"
    mapping.objects.Account.where = "Name != null"
    mapping.objects.CaseStatus = { where: "IsClosed = 'x'" }
    await writeFile(file, JSON.stringify(mapping, null, 2))
    const { stderr } = await endsWith(2, ["mapping", "apply", file], variables)
    assert.match(
      stderr,
      /line \d+: Account\.where: the file says Name != null, and Account is mirrored with none/,
    )
    assert.match(
      stderr,
      /line \d+: Contact\.where: the file says HasOptedOutOfEmail = true, and Contact is mirrored with HasOptedOutOfEmail = false AND/,
    )
    assert.match(stderr, /line \d+: Salesforce refuses the filter of CaseStatus/)
  })
  const listed = JSON.parse((await endsWith(0, ["objects", "--json"], variables)).stdout) as Record<
    string,
    unknown
  >[]
  assert.equal(listed.find(({ object }) => object === "Contact")?.filter, filter)
  assert.match(
    (await endsWith(0, ["doctor"], variables)).stdout,
    /^✔ object Contact: \d+ readable fields, \d+ visible records that meet HasOptedOutOfEmail = false AND/m,
  )
  await service.stop()
})

test("a polled object's records leave and enter by its polls, and by add_job too a filter is refused", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await startOrg(t, { products: 1, accounts: 1 })
  const statuses = org.load(
    "CaseStatus",
    ["New", "Working", "Waiting", "Closed"].map((label, n) => ({
      ApiName: label,
      MasterLabel: label,
      SortOrder: n,
      IsClosed: label === "Closed",
    })),
  )
  await pool.query("select sf_shadow_pause(object) from sf_shadow.object")
  const variables = environment(url)
  const service = await startService(t, variables)
  await pool.query(`select add_job('add_object', '{"object":"CaseStatus","where":"IsClosed = 7"}')`)
  await waitFor("the refusal is said", 30_000, async () => {
    const { rows } = await pool.query("select error from sf_shadow_failed_job")
    return rows.length === 1 && /Salesforce refuses the filter of CaseStatus/.test(rows[0].error)
  })
  await pool.query(`select add_job('add_object', '{"object":"CaseStatus","where":"IsClosed = false"}')`)
  await waitFor("it is mirrored", 30_000, async () => {
    const { rowCount } = await pool.query(
      "update sf_shadow.object set poll_every = '1 second' where object = 'CaseStatus'",
    )
    return rowCount === 1
  })
  const polled = () =>
    waitFor("the shadow equals the org, and says so", 60_000, async () => {
      const { rows } = await pool.query(
        "select from sf_shadow_lag where object = 'CaseStatus' and state = 'fresh'",
      )
      return rows.length === 1 && (await differences(org, pool)).length === 0
    })
  const held = async () =>
    (await pool.query("select api_name from sf_case_status_shadow order by 1")).rows.map(
      ({ api_name }) => api_name,
    )
  await polled()
  assert.deepEqual(await held(), ["New", "Waiting", "Working"])
  org.transaction((tx) => {
    tx.update("CaseStatus", statuses[1] as string, { IsClosed: true })
    tx.update("CaseStatus", statuses[3] as string, { IsClosed: false, MasterLabel: "Open again" })
  })
  await polled()
  assert.deepEqual(await held(), ["Closed", "New", "Waiting"])
  await service.stop()
})
