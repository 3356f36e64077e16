/**
 * How long the operators' views take where the tables behind them are large: what a scrape, a dashboard or the status
 * page costs.
 *
 * Filled by SQL: as many products, prices, accounts, and events of a day (a tenth of them not folded yet); 20,000 records
 * in doubt (beyond that a full load is asked for), 20,000 rejects of 40 reasons, 5,000 runs, 10,000 jobs. Each view is
 * read whole, all rows. Ours is the median of what EXPLAIN ANALYZE says of it, planning included.
 */
import type { PoolClient } from "pg"
import { registry } from "../../src/metrics/index.ts"
import { showDatabase } from "../../src/metrics/views.ts"
import type { Benchmark } from "./harness/benchmark.ts"
import { type Figure, figure } from "./harness/figure.ts"
import { quantile, say, timed, whole } from "./harness/measure.ts"
import { fillShadow } from "./sql_reads/fill.ts"
import { fillMachinery } from "./views/fill.ts"

const goal = { of: "ours", atMost: 50 } as const

export const views: Benchmark = {
  name: "views",
  async run({ size, database: { pool } }): Promise<Figure[]> {
    const rows = size.of(1_000_000)
    const calls = size.pick({ small: 1, default: 30, full: 30 })
    say(`  a shadow is filled with ${whole(rows)} products, prices, accounts and events`)
    await fillShadow(pool, { accounts: rows, products: rows, pricebooks: 1 })
    await fillMachinery(pool, rows)
    const { rows: found } = await pool.query<{ view: string }>(
      `select viewname as view from pg_views where schemaname = 'public' and viewname like 'sf\\_shadow\\_%' order by 1`,
    )
    const client = await pool.connect()
    const times: { view: string; ms: number }[] = []
    for (const { view } of found) {
      const ofView: number[] = []
      for (let n = 0; n < calls; n++) ofView.push(await serverTime(client, view))
      times.push({ view, ms: quantile(ofView, 0.5) })
      say(`    ${view}: ${times.at(-1)?.ms.toFixed(1)} ms`)
    }
    client.release()
    showDatabase(pool)
    const scrape = await timed(() => registry.metrics())
    const slowest = times.reduce((a, b) => (b.ms > a.ms ? b : a))
    return [
      figure({
        name: `the slowest of ${times.length} views, with ${whole(rows)} rows in each table: ${slowest.view}`,
        unit: "ms",
        ours: slowest.ms,
        goal,
        limit: "Postgres",
      }),
      figure({
        name: "a scrape of /metrics, all views in turn",
        unit: "ms",
        ours: scrape.seconds * 1000,
        limit: "Postgres",
      }),
    ]
  },
}

async function serverTime(client: PoolClient, view: string): Promise<number> {
  const answer = await client.query(`explain (analyze, timing off, format json) select * from ${view}`)
  const [plan] = answer.rows[0]["QUERY PLAN"] as [{ "Planning Time": number; "Execution Time": number }]
  return plan["Planning Time"] + plan["Execution Time"]
}
