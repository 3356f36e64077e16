/**
 * How long the operators' views take where the tables behind them are large: what a scrape, a dashboard or the status
 * page costs.
 *
 *   node --import tsx test/bench/views.ts [--rows 1000000] [--calls 30]
 *
 * On one durable Postgres of our own, filled by SQL: that many products, prices, accounts, and events of a day (a tenth
 * of them not folded yet); 20,000 records in doubt (beyond that a full load is asked for), 20,000 rejects of 40 reasons,
 * 5,000 runs, 10,000 jobs. Each view is read whole, all rows. `call` is the whole call as Node sees it, `server` what
 * EXPLAIN ANALYZE says of it. Target: under 50 ms on the server for each.
 */
import { parseArgs } from "node:util"
import type { PoolClient } from "pg"
import { registry } from "../../src/metrics/index.ts"
import { showDatabase } from "../../src/metrics/views.ts"
import { startBenchDatabase } from "./harness/database.ts"
import { printTable, say, timed, whole } from "./harness/measure.ts"
import { fillShadow } from "./sql_reads/fill.ts"
import { fillMachinery } from "./views/fill.ts"

const { values } = parseArgs({
  options: { rows: { type: "string", default: "1000000" }, calls: { type: "string", default: "30" } },
})
const rows = Number(values.rows)
const calls = Number(values.calls)

/** Median and slowest, in ms. */
function summary(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  return `median ${(sorted[Math.floor(sorted.length / 2)] as number).toFixed(1)} ms, slowest ${(sorted.at(-1) as number).toFixed(1)} ms`
}

async function times(work: () => Promise<number>): Promise<number[]> {
  const measured: number[] = []
  for (let n = 0; n < calls; n++) measured.push(await work())
  return measured
}

async function serverTime(client: PoolClient, view: string): Promise<number> {
  const answer = await client.query(`explain (analyze, timing off, format json) select * from ${view}`)
  const [plan] = answer.rows[0]["QUERY PLAN"] as [{ "Planning Time": number; "Execution Time": number }]
  return plan["Planning Time"] + plan["Execution Time"]
}

const database = await startBenchDatabase()
// The server ends its idle connections when it is stopped.
database.pool.on("error", () => {})
try {
  say(`Filling the shadow with ${whole(rows)} products, prices, accounts and events ...`)
  const filled = await timed(async () => {
    await fillShadow(database.pool, { accounts: rows, products: rows, pricebooks: 1 })
    await fillMachinery(database.pool, rows)
  })
  say(`  ${filled.seconds.toFixed(0)} s`)
  const client = await database.pool.connect()
  const scan = await timed(() =>
    client.query("select sf_shadow.scan_updated_at(object) from sf_shadow.object"),
  )
  say(`  the nightly scan_updated_at of all three: ${(scan.seconds * 1000).toFixed(0)} ms`)
  const views = await client.query<{ view: string }>(
    `select viewname as view from pg_views where schemaname = 'public' and viewname like 'sf\\_shadow\\_%' order by 1`,
  )
  const table: [string, string][] = []
  for (const { view } of views.rows) {
    let found = 0
    const call = await times(async () => {
      const startedAt = performance.now()
      found = (await client.query(`select * from ${view}`)).rows.length
      return performance.now() - startedAt
    })
    const server = await times(() => serverTime(client, view))
    table.push([view, `${whole(found)} rows; server: ${summary(server)}; call: ${summary(call)}`])
  }
  client.release()
  showDatabase(database.pool)
  const scrape = await timed(() => registry.metrics())
  table.push(["/metrics", `all views in turn: ${(scrape.seconds * 1000).toFixed(0)} ms`])
  printTable(table)
} finally {
  await database.stop()
}
