import assert from "node:assert/strict"
import { test } from "node:test"
import { created, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const columnsOf = (table: string) =>
  `select array_agg(attname::text order by attnum) as columns from pg_attribute
   where attrelid = to_regclass('pg_temp.${table}') and attnum > 0 and not attisdropped`

test("it is made anew with the columns that the code expects, kept while they are the same, and always empty", async (t) => {
  const shadow = await Shadow.open()
  const client = await shadow.pool.connect()
  t.after(() => client.release(true))
  const open = (columns: string) => client.query("select sf_shadow._open_table('photo', $1)", [columns])
  const table = async () =>
    (await client.query("select to_regclass('pg_temp.photo')::oid as oid")).rows[0].oid
  await open("a text")
  const first = await table()
  await client.query("insert into pg_temp.photo (a) values ('x')")
  await open("a text")
  assert.equal(await table(), first)
  assert.deepEqual((await client.query("select a from pg_temp.photo")).rows, [])

  await client.query("begin")
  await open("b text, a text")
  await client.query("insert into pg_temp.photo (b) values ('y')")
  await client.query("rollback")
  await client.query("insert into pg_temp.photo (a) values ('still as it was')")

  await open("b text, a text")
  assert.deepEqual((await client.query(columnsOf("photo"))).rows, [{ columns: ["b", "a"] }])
  await client.query("discard temp")
  await open("b text, a text")
  await client.query("insert into pg_temp.photo (b, a) values ('z', 'z')")
})

test("a fold and a merge in a session whose tables are an older program's", async (t) => {
  const shadow = await Shadow.open()
  await shadow.publish(created("Product2", product(2, 20), 20))
  const client = await shadow.pool.connect()
  t.after(() => client.release(true))
  // As `create temporary table if not exists` has left them.
  await client.query("create temporary table change (record_id text, verdict text) on commit delete rows")
  await client.query("create temporary table event_batch (seq bigint, ord integer) on commit delete rows")
  await client.query("begin")
  await client.query("select sf_shadow.events_to_shadow($1, 100)", [shadow.streamId])
  await client.query("commit")
  await client.query("drop table pg_temp.change")
  await client.query("create temporary table change (record_id text, verdict text) on commit delete rows")
  await client.query("set sf_shadow.columns_of_change = 'of an older program'")
  await client.query("begin")
  await shadow.openPage("Product2", [product(1, 0)], client)
  const readId = await shadow.readId("Product2", { from: 5 }, client)
  await client.query("select sf_shadow.merge_records('Product2', $1)", [readId])
  await client.query("commit")
  assert.deepEqual((await shadow.ids("Product2")).sort(), [productId(1), productId(2)])
})
