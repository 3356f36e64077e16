import assert from "node:assert/strict"
import { test } from "node:test"
import pg from "pg"
import { registry } from "../../src/metrics/index.ts"
import { showDatabase } from "../../src/metrics/views.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { Scrape } from "../harness/scrape.ts"
import { waitFor } from "../harness/wait.ts"

const { pool } = await createTestDatabase()

const scrape = async () => new Scrape(await registry.metrics())

/** The views that the last look could not read. */
function failed({ text }: Scrape): string[] {
  return [...text.matchAll(/^sf_shadow_scrape_failed\{view="(\w+)"\} 1$/gm)].map(([, view]) => view as string)
}

/** A pool like the given one that counts its queries by the view they name. */
function counting(real: pg.Pool): { pool: pg.Pool; queries: string[] } {
  const queries: string[] = []
  const query = (text: string) => {
    queries.push(text)
    return real.query(text)
  }
  return { pool: { query } as unknown as pg.Pool, queries }
}

test("two scrapers at once, and a third right after them, cost one query per view", async () => {
  const { pool: counted, queries } = counting(pool)
  showDatabase(counted)
  const [first] = await Promise.all([scrape(), scrape()])
  await scrape()
  assert.ok(queries.some((text) => text.includes("public.sf_shadow_lag")))
  assert.deepEqual(
    queries.filter((text, n) => queries.indexOf(text) !== n),
    [],
    "a view was asked twice",
  )
  assert.deepEqual(failed(first), [])
  assert.equal(first.value("sf_shadow_object_state", { state: "never loaded" }), 3)
  assert.equal(first.value("sf_shadow_object_state", { state: "fresh" }), 0)
})

test("what the database says next is shown as soon as the last look is two seconds old", async () => {
  showDatabase(pool)
  await scrape()
  await pool.query(
    `insert into sf_shadow.dirty (object, record_id, since, not_before, reason) values ('Account', 'x', now(), now(), 'a test')`,
  )
  await waitFor(
    "the new figure",
    4_000,
    async () => (await scrape()).value("sf_shadow_dirty_records", { object: "Account" }) === 1,
  )
})

test("while the database refuses connections, /metrics shows the process and says what is missing", async () => {
  const gone = new pg.Pool({ connectionString: "postgres://nobody@127.0.0.1:1/none" })
  showDatabase(gone)
  const seen = await scrape()
  assert.ok(failed(seen).includes("sf_shadow_lag") && failed(seen).includes("streams"))
  assert.equal(seen.value("sf_shadow_lag_seconds"), undefined)
  assert.equal(
    seen.value("sf_shadow_dirty_records"),
    undefined,
    "a figure of the last look is shown as if it were new",
  )
  assert.ok((seen.value("process_resident_memory_bytes") ?? 0) > 0)
  await gone.end()
})

test("a view that does not answer costs five seconds and its own figures; the next look finds it again", async () => {
  const holder = await pool.connect()
  await holder.query("begin")
  await holder.query("lock table sf_shadow.stream in access exclusive mode")
  showDatabase(pool)
  const startedAt = performance.now()
  const seen = await scrape()
  const seconds = (performance.now() - startedAt) / 1000
  assert.ok(seconds < 7, `${seconds} s: a scraper would have given up`)
  assert.ok(failed(seen).includes("streams"))
  // Nothing more is asked while the query is out: a scrape every few seconds must not use up the pool.
  assert.ok(failed(await scrape()).includes("streams"))
  const { rows } = await pool.query<{ waiting: number }>(
    "select count(*) as waiting from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
  )
  assert.equal(rows[0]?.waiting, 1)
  await holder.query("rollback")
  holder.release()
  await waitFor("all views answer", 5_000, async () => failed(await scrape()).length === 0)
})
