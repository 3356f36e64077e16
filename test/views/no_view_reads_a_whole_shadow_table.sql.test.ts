import assert from "node:assert/strict"
import { before, test } from "node:test"
import { createTestDatabase, type TestDatabase } from "../harness/postgres.ts"

let pool: TestDatabase["pool"]
before(async () => {
  pool = (await createTestDatabase()).pool
})

interface Plan {
  "Node Type": string
  "Relation Name"?: string
  Plans?: Plan[]
}

/** Every relation that a statement reads, by the node that reads it. */
async function reads(sql: string): Promise<string[]> {
  const { rows } = await pool.query(`explain (format json) ${sql}`)
  const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)]
  return nodes((rows[0]["QUERY PLAN"] as [{ Plan: Plan }])[0].Plan).flatMap((node) =>
    node["Relation Name"] ? [`${node["Node Type"]} of ${node["Relation Name"]}`] : [],
  )
}

async function shadowTables(): Promise<string[]> {
  const { rows } = await pool.query<{ shadow_table: string }>("select shadow_table from sf_shadow.object")
  return rows.map(({ shadow_table }) => shadow_table)
}

/** What reads the shadow for its readers, not to watch the service. */
const catalogue = "sf_catalog"

test("no view for operators reads a shadow table at all: each answers at once, however large they are", async () => {
  const tables = await shadowTables()
  const { rows } = await pool.query<{ view: string }>(
    "select viewname as view from pg_views where schemaname = 'public' and viewname like 'sf\\_%'",
  )
  const views = rows.map(({ view }) => view).filter((view) => view !== catalogue)
  assert.ok(views.includes("sf_shadow_lag") && views.length >= 8, views.join())
  for (const view of views) {
    const read = (await reads(`select * from public.${view}`)).filter((node) =>
      tables.some((table) => node.endsWith(` of ${table}`)),
    )
    assert.deepEqual(read, [], `${view} reads a shadow table`)
  }
})

test("this test can fail: a count over a shadow table is seen", async () => {
  const [table] = await shadowTables()
  const read = await reads(`select o.object, (select count(*) from ${table}) from sf_shadow.object o`)
  assert.ok(read.includes(`Seq Scan of ${table}`), read.join())
})

test("no shadow table has an index on updated_at, which would end updates in place", async () => {
  const { rows } = await pool.query(
    `select i.indexrelid::regclass as index from pg_index i
     join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
     where a.attname = 'updated_at' and i.indrelid in (select ('public.' || o.shadow_table)::regclass from sf_shadow.object o)`,
  )
  assert.deepEqual(rows, [])
})
