import assert from "node:assert/strict"
import { test } from "node:test"
import { readDocument } from "../docs/document.ts"
import { endsWith } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { historyFaults } from "../harness/versions.ts"
import { waitFor } from "../harness/wait.ts"

test("objects history: what prices were, what was deleted, and the queries of docs/reading.md", async (t) => {
  const { url, pool, poolAs } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, { products: 3, accounts: 5, contacts: 10 })
  const variables = environment(url)
  await endsWith(0, ["backfill"], variables)
  await startService(t, variables)
  await settle(org, pool, 60_000)
  const historyTables = async () =>
    (
      await pool.query(
        "select relname from pg_class where relname like '%\\_history' and relkind = 'r' order by 1",
      )
    ).rows.map(({ relname }) => relname)

  const dry = await endsWith(0, ["objects", "history", "PricebookEntry", "on", "--dry-run"], variables)
  assert.match(
    dry.stdout,
    /^Its versions are kept in public\.sf_pricebook_shadow_history: each from valid_from/,
  )
  assert.match(dry.stdout, /^create table public\.sf_pricebook_shadow_history \($/m)
  assert.match(dry.stdout, /Nothing was changed \(--dry-run\)\.\n$/)
  assert.deepEqual(await historyTables(), [])
  assert.match(
    (await endsWith(0, ["objects", "history", "PricebookEntry", "on"], variables)).stdout,
    /^PricebookEntry: done\.$/m,
  )
  // From SQL, in the service.
  await pool.query(`select add_job('keep_history', '{"object":"Product2","history":true}')`)
  await waitFor("the versions of Product2 are kept", 30_000, async () => (await historyTables()).length === 2)
  const { stdout } = await endsWith(0, ["objects", "add", "Contact", "--history"], variables)
  assert.match(stdout, /^Its versions are kept in public\.sf_contact_shadow_history: /m)
  await settle(org, pool, 60_000)

  const { rows: priced } = await pool.query(
    "select sku, pricebook_id, currency_iso_code, unit_price, pricebook_entry_id from sf_catalog order by sku, pricebook_entry_id limit 1",
  )
  const [before] = priced
  assert.ok(before)
  const contactId = seeded.contacts[0] as string
  org.transaction((tx) => {
    tx.update("PricebookEntry", before.pricebook_entry_id, { UnitPrice: 1234.5 })
    tx.update("Contact", seeded.contacts[1] as string, { LastName: "Another" })
    tx.delete("Contact", contactId)
  })
  await settle(org, pool, 60_000)
  assert.deepEqual(await historyFaults(pool), [])

  const reader = poolAs("sf_shadow_reader")
  const price = async (at: string) =>
    (
      await reader.query(`select unit_price from public.sf_price_at($1, $2, $3, ${at})`, [
        before.sku,
        before.pricebook_id,
        before.currency_iso_code,
      ])
    ).rows
  const { rows: versions } = await reader.query(
    "select valid_from from public.sf_pricebook_shadow_history where pricebook_entry_id = $1 and valid_to is null",
    [before.pricebook_entry_id],
  )
  assert.deepEqual(await price("now() + interval '1 day'"), [{ unit_price: "1234.50" }])
  const beforeIt = `'${versions[0].valid_from.toISOString()}'::timestamptz - interval '1 ms'`
  assert.deepEqual(await price(beforeIt), [{ unit_price: before.unit_price }])
  const deleted = await reader.query(
    "select is_deleted, valid_to is not null as has_ended from public.sf_contact_shadow_history where contact_id = $1",
    [contactId],
  )
  assert.deepEqual(deleted.rows, [{ is_deleted: true, has_ended: true }])

  const section = (await readDocument("reading.md")).find(({ heading }) => heading === "What was")
  const statements = (section?.blocks[0]?.text ?? "").split(";").filter((text) => /select/.test(text))
  assert.equal(statements.length, 4)
  for (const statement of statements) await reader.query(`set search_path = public;${statement}`)

  const exported = JSON.parse((await endsWith(0, ["mapping", "export"], variables)).stdout)
  assert.equal(exported.objects.Contact.history, true)
  const listed = JSON.parse((await endsWith(0, ["objects", "--json"], variables)).stdout)
  assert.deepEqual(
    listed.map(({ object, history }: Record<string, unknown>) => [object, history]),
    [
      ["Product2", "sf_product_shadow_history"],
      ["PricebookEntry", "sf_pricebook_shadow_history"],
      ["Account", null],
      ["Contact", "sf_contact_shadow_history"],
    ],
  )
  const again = await endsWith(2, ["objects", "history", "Contact", "on"], variables)
  assert.match(again.stderr, /the versions of Contact are kept already, in public\.sf_contact_shadow_history/)
  await endsWith(2, ["objects", "history", "Contact", "maybe"], variables)
  await endsWith(0, ["objects", "history", "Contact", "off", "--drop-data"], variables)
  org.transaction((tx) => tx.update("Contact", seeded.contacts[1] as string, { LastName: "Unwritten" }))
  await settle(org, pool, 60_000)
  assert.deepEqual(await historyTables(), ["sf_pricebook_shadow_history", "sf_product_shadow_history"])
})
