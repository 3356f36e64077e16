import assert from "node:assert/strict"
import { test } from "node:test"
import { createTestDatabase } from "../harness/postgres.ts"
import { add, everything, field, site, standard } from "./described_objects.ts"

test("a removed object leaves nothing but its table, and with drop_data not that; it can be added again", async () => {
  const { pool } = await createTestDatabase()
  const before = await everything(pool)
  const remove = (object: string, dropData: boolean) =>
    pool.query("select sf_shadow.remove_object($1, $2)", [object, dropData])
  await add(pool, { object: "Site__c" }, site)
  await pool.query("select sf_shadow._mapping('Site__c')")
  await pool.query(
    "select sf_shadow._mark_dirty('Site__c', '{a00Dp00000000100AAA}', array[now()], array[now()], '{test}')",
  )
  await pool.query("insert into sf_shadow.read (object, read_from, read_to) values ('Site__c', now(), now())")
  const { rows } = await pool.query("select sf_shadow.start_run('Site__c', 'full', 'test') as run_id")
  await assert.rejects(
    remove("Site__c", true),
    /^error: Site__c is being loaded, by run \d+: end that first, by runs cancel/,
  )
  await pool.query("select public.sf_shadow_cancel_run($1)", [rows[0].run_id])
  // The load's next turn waits still: it would find its run no more. And so one of an earlier version.
  for (const key of [`turn:backfill:full:Site__c:${rows[0].run_id}`, "turn:poll:delta:Site__c"])
    await pool.query(
      `select sf_shadow._add_keyed_job('backfill', '{"object":"Site__c"}', 'load:Site__c', $1)`,
      [key],
    )
  await pool.query("create view public.of_mine as select name from public.sf_site_shadow")
  await assert.rejects(remove("Site__c", true), /cannot be dropped: something of yours reads it/)
  await remove("Site__c", false)
  await assert.rejects(
    add(pool, { object: "Site__c" }, site),
    /public.sf_site_shadow is there already, and no object is mirrored in it/,
  )
  await pool.query("drop view public.of_mine; drop table public.sf_site_shadow")
  await pool.query(
    "delete from sf_shadow_worker._private_jobs where task_id in (select id from sf_shadow_worker._private_tasks where identifier = 'abort_bulk_job')",
  )
  assert.equal(await everything(pool), before)

  await add(pool, { object: "Site__c" }, site)
  await remove("Site__c", true)
  assert.equal(await everything(pool), before)
  await assert.rejects(
    remove("Account", false),
    /^error: Account is part of sf-shadow, whose functions and views read its table/,
  )
  await assert.rejects(remove("Contact", false), {
    code: "SF006",
    message: "object 'Contact' is not mirrored",
  })
  assert.equal(await everything(pool), before)
})

test("a parent whose children are mirrored stays", async () => {
  const { pool } = await createTestDatabase()
  const visit = {
    ...site,
    name: "Visit__c",
    fields: [
      ...standard,
      field("Site__c", "reference", { referenceTo: ["Site__c"], cascadeDelete: true, nillable: false }),
    ],
  }
  await add(pool, {}, site)
  await add(pool, {}, visit)
  await assert.rejects(pool.query("select sf_shadow.remove_object('Site__c', true)"), {
    code: "SF014",
    message: "Site__c is the parent of Visit__c: remove that first",
  })
  await pool.query(
    "select sf_shadow.remove_object('Visit__c', true), sf_shadow.remove_object('Site__c', true)",
  )
})
