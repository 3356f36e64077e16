import assert from "node:assert/strict"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { event, price, priceId, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const shadow = await Shadow.openAnother()

/** What is in sf_shadow_compiled of an object, and what the generator makes of its mapping now. */
async function compiled(object: string) {
  const there = await shadow.all<{ name: string; body: string }>(
    `select p.proname::text as name, p.prosrc as body from pg_proc p
     where p.pronamespace = 'sf_shadow_compiled'::regnamespace and p.proname like '%\\_' || lower($1) order by 1`,
    object,
  )
  const made = await shadow.all<{ name: string; body: string }>(
    `select c.name, c.body from sf_shadow.object_mapping m cross join sf_shadow._compiled_functions(m) c
     where m.object = $1 and c.body is not null order by 1`,
    object,
  )
  return { there, made }
}

async function load(): Promise<void> {
  await shadow.read("Product2", [product(1, 0), product(2, 0)], { from: 100 })
  await shadow.read("PricebookEntry", [price(1, 1, 0)], { from: 100 })
}

let commits = 1000
const change = (fields: Record<string, unknown>) =>
  shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), ++commits, fields))

test("the functions of an object are what the generator makes of its mapping", async () => {
  await load()
  for (const object of ["Product2", "PricebookEntry"]) {
    const { there, made } = await compiled(object)
    assert.equal(made.length, 3)
    assert.deepEqual(there, made)
  }
})

test("an object whose versions are kept has a function for them, as long as they are", async () => {
  const own = await Shadow.openAnother()
  const names = async () =>
    (
      await own.all<{ name: string }>(
        "select proname as name from pg_proc where pronamespace = 'sf_shadow_compiled'::regnamespace order by 1",
      )
    ).map(({ name }) => name)
  const others = ["fold_events_account", "hold_rows_account", "upsert_rows_account"]
  for (const [kept, expected] of [
    [true, [...others, "write_history_account"]],
    [false, others],
  ] as const) {
    await own.all("select sf_shadow.keep_history('Account', $1)", kept)
    await own.all("select sf_shadow._mapping('Account')")
    assert.deepEqual(await names(), expected)
  }
})

test("nothing is compiled again while nothing changes, and a change is folded by the new mapping", async () => {
  await change({ UnitPrice: 2 })
  const stamps = () =>
    shadow.all(
      "select p.proname, p.xmin::text from pg_proc p where p.pronamespace = 'sf_shadow_compiled'::regnamespace order by 1",
    )
  const before = await stamps()
  await change({ UnitPrice: 3 })
  assert.deepEqual(await stamps(), before)

  await shadow.pool.query(`
    alter table sf_pricebook_shadow add column product_code text;
    insert into sf_shadow.field (object, field, column_name) values ('PricebookEntry', 'ProductCode', 'product_code')`)
  // In the middle of its life: the next batch, whoever folds it.
  await change({ UnitPrice: 4 })
  const { there, made } = await compiled("PricebookEntry")
  assert.deepEqual(there, made)
  assert.ok(there.some(({ body }) => body.includes("product_code")))
})

test("a column that was made narrower refuses from the next event on what it would round", async () => {
  await shadow.pool.query(`
    alter table sf_product_shadow add column weight numeric(12,2);
    insert into sf_shadow.field (object, field, column_name, column_type) values ('Product2', 'Weight__c', 'weight', 'numeric(12,2)')`)
  const weigh = (Weight__c: number) =>
    shadow.apply(event("Product2", "UPDATE", productId(2), ++commits, { Weight__c }))
  await weigh(5.25)
  await shadow.pool.query("alter table sf_product_shadow alter column weight type numeric(12,1)")
  await weigh(6.25)
  assert.equal((await shadow.row("Product2", productId(2)))?.weight, "5.3", "as the operator has rounded it")
  assert.match(
    (await shadow.rejects("Product2"))[0]?.reason as string,
    /Weight__c is 6\.25.*type numeric\(12,1\)/,
  )
})

test("they go with the object", async () => {
  await shadow.pool.query(`
    create table public.sf_case_shadow (like public.sf_account_eligibility_shadow including all);
    alter table public.sf_case_shadow rename column account_id to case_id;
    insert into sf_shadow.object (object, shadow_table, key_column, topic) values ('Case', 'sf_case_shadow', 'case_id', '/data/CaseChangeEvent');
    insert into sf_shadow.field (object, field, column_name) values ('Case', 'Subject', 'internet_eligibility')`)
  await shadow.all("select sf_shadow._mapping('Case')")
  assert.equal((await compiled("Case")).there.length, 3)
  await shadow.pool.query("delete from sf_shadow.object where object = 'Case'")
  assert.equal((await compiled("Case")).there.length, 0)
  assert.ok((await compiled("Product2")).there.length > 0)
})

/** Statements on a shadow table beside other tables, each with its reason (rule 3b). */
const allowed: Record<string, string> = {
  "bulk_to_shadow/_sweep_run.sql": "reads the whole table anyway",
  "events_to_shadow/_parents_to_children.sql": "of parents whose delete or return was told and not applied",
  "mapping/fields_to_columns.sql": "reads the whole table anyway",
  "merge/_hold_rows_source.sql": "fills pg_temp.held",
  "merge/_upsert_rows_source.sql": "writes what was judged",
  "merge/_reject_children.sql": "children of parents whose rows give way",
  "merge/_remove_children.sql": "children of parents that are going",
  "readers/shadow_refresh.sql": "what a reader names, of which the service judges nothing",
  "records_to_shadow/ripe_marks.sql": "contestants of a value, one by one",
}

test("no statement joins a shadow table with temporary or machinery tables, but for a stated few", async () => {
  const folder = join(import.meta.dirname, "../../sql/current")
  const found: string[] = []
  for (const file of (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".sql"))) {
    const source = await readFile(join(folder, file), "utf8")
    const built = [...source.matchAll(/format\((?:\$sql\$([\s\S]*?)\$sql\$|'((?:[^']|'')*)')/g)].map(
      ([, long, short]) => long ?? (short as string),
    )
    const joins = built.some(
      (sql) =>
        /\b(?:from|join|into|update|using) (?:%(?:1\$)?s|public\.%(?:1\$)?I)/.test(sql) &&
        /\b(?:from|join|into|update|using) (?:pg_temp|sf_shadow|public)\.\w+\b(?!\()/.test(sql),
    )
    if (joins) found.push(file)
  }
  assert.deepEqual(found.sort(), Object.keys(allowed).sort())
})

test("a product of another session's mapping is judged by the mapping as it is now", async () => {
  // Two sessions with plans of their own.
  const [one, two] = [await shadow.pool.connect(), await shadow.pool.connect()]
  const fold = "select * from sf_shadow.events_to_shadow($1, 100)"
  try {
    for (const client of [one, two, one, two]) {
      await shadow.publish(event("Product2", "UPDATE", productId(1), ++commits, { Name: `N${commits}` }))
      await client.query(fold, [shadow.streamId])
    }
    await one.query(
      "update sf_shadow.field set field = 'Description' where object = 'Product2' and column_name = 'name'",
    )
    await shadow.publish(
      event("Product2", "UPDATE", productId(1), ++commits, { Name: "old", Description: "new" }),
    )
    await two.query(fold, [shadow.streamId])
    assert.equal((await shadow.row("Product2", productId(1)))?.name, "new")
  } finally {
    one.release()
    two.release()
  }
})
