/**
 * How long the reads of services in SQL take on a catalogue and accounts of production size.
 *
 *   node --import tsx test/bench/sql_reads.ts [--accounts 1000000] [--prices 100000] [--seconds 3]
 *
 * On one durable Postgres of our own, filled by SQL: products with ten prices each, a tenth of them inactive; accounts
 * last read 90 days ago, whose stream was heard of minutes ago. Each statement runs one at a time on one connection,
 * with other values each time, planned each time as clients send it by default; `call` is the whole call as Node sees
 * it, `server` what EXPLAIN ANALYZE says of it. Target: under 1 ms each.
 */
import { parseArgs } from "node:util"
import type { PoolClient } from "pg"
import { startBenchDatabase } from "./harness/database.ts"
import { printTable, say, timed, whole } from "./harness/measure.ts"
import { accountId, fillShadow, pricebookId, smallPricebookId } from "./sql_reads/fill.ts"

const { values } = parseArgs({
  options: {
    accounts: { type: "string", default: "1000000" },
    prices: { type: "string", default: "100000" },
    seconds: { type: "string", default: "3" },
  },
})
const accounts = Number(values.accounts)
const prices = Number(values.prices)
const products = prices / 10
const seconds = Number(values.seconds)

const below = (bound: number) => Math.floor(Math.random() * bound)

const reads: { name: string; sql: string; values(): unknown[] }[] = [
  {
    name: "sf_account_eligibility, fresh",
    sql: "select * from sf_account_eligibility($1)",
    values: () => [accountId(below(accounts))],
  },
  {
    name: "sf_account_eligibility, missing",
    sql: "select * from sf_account_eligibility($1)",
    values: () => [accountId(accounts + below(accounts))],
  },
  {
    // Its time is that of a durable commit: this asker writes the request.
    name: "sf_account_eligibility, stale, asks for the refresh",
    sql: "select * from sf_account_eligibility($1, '1 minute')",
    values: () => [accountId(below(accounts))],
  },
  {
    name: "sf_account_eligibility, stale, refresh waits already",
    sql: "select * from sf_account_eligibility($1, '1 minute')",
    values: () => [accountId(0)],
  },
  {
    name: "sf_price",
    sql: "select * from sf_price($1, $2, 'EUR')",
    values: () => [`SKU-${below(products)}`, pricebookId(below(10))],
  },
  {
    name: "sf_catalog, one SKU",
    sql: "select * from sf_catalog where sku = $1",
    values: () => [`SKU-${below(products)}`],
  },
  {
    name: "sf_catalog, one product",
    sql: "select * from sf_catalog where product_id = (select product_id from sf_product_shadow where sku = $1)",
    values: () => [`SKU-${below(products)}`],
  },
  {
    name: "sf_catalog, a page of 20 of a price book",
    sql: "select * from sf_catalog where pricebook_id = $1 and sku > $2 order by sku limit 20",
    values: () => [pricebookId(below(10)), `SKU-${below(products)}`],
  },
  {
    name: "sf_catalog, a page of 20 of a price book of 100 entries",
    sql: "select * from sf_catalog where pricebook_id = $1 order by sku limit 20",
    values: () => [smallPricebookId],
  },
]

/** The median time that the server says it needs for a read, planning included, in ms. */
async function serverTime(client: PoolClient, { sql, values }: (typeof reads)[number]): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < 100; n++) {
    const { rows } = await client.query(`explain (analyze, timing off, format json) ${sql}`, values())
    const [plan] = rows[0]["QUERY PLAN"] as { "Planning Time": number; "Execution Time": number }[]
    times.push((plan?.["Planning Time"] ?? 0) + (plan?.["Execution Time"] ?? 0))
  }
  return times.sort((a, b) => a - b)[50] as number
}

const database = await startBenchDatabase()
// The server ends its idle connections when it is stopped.
database.pool.on("error", () => {})
try {
  say(`Filling the shadow with ${whole(accounts)} accounts and ${whole(prices)} prices ...`)
  const filled = await timed(() => fillShadow(database.pool, { accounts, products }))
  say(`  ${filled.seconds.toFixed(0)} s`)
  const client = await database.pool.connect()
  const table: [string, string][] = []
  for (const read of reads) {
    const times: number[] = []
    const until = performance.now() + seconds * 1000
    while (performance.now() < until) {
      const startedAt = performance.now()
      await client.query(read.sql, read.values())
      times.push(performance.now() - startedAt)
    }
    times.sort((a, b) => a - b)
    const at = (share: number) => (times[Math.floor(times.length * share)] as number).toFixed(2)
    const server = await serverTime(client, read)
    table.push([
      read.name,
      `call: median ${at(0.5)} ms, p99 ${at(0.99)} ms of ${whole(times.length)}; server: median ${server.toFixed(2)} ms`,
    ])
  }
  client.release()
  printTable(table)
} finally {
  await database.stop()
}
