/**
 * How long the reads of services in SQL take on a catalogue and accounts of production size.
 *
 * Filled by SQL: products with ten prices each, a tenth of them inactive; accounts last read 90 days ago, whose stream
 * was heard of minutes ago. Each statement runs one at a time on one connection, with other values each time, planned
 * each time as clients send it by default. Ours is the median of what EXPLAIN ANALYZE says of it, planning included.
 */
import type { PoolClient } from "pg"
import type { Benchmark } from "./harness/benchmark.ts"
import { type Figure, figure } from "./harness/figure.ts"
import { quantile, say, whole } from "./harness/measure.ts"
import { accountId, fillShadow, pricebookId, smallPricebookId } from "./sql_reads/fill.ts"

const below = (bound: number) => Math.floor(Math.random() * bound)

interface Read {
  name: string
  sql: string
  values(): unknown[]
}

const readsOf = (accounts: number, products: number): Read[] => [
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

export const sqlReads: Benchmark = {
  name: "sql_reads",
  async run({ size, database }): Promise<Figure[]> {
    const accounts = size.of(1_000_000, 10_000)
    const products = size.of(10_000, 100)
    say(`  a shadow is filled with ${whole(accounts)} accounts and ${whole(10 * products)} prices`)
    await fillShadow(database.pool, { accounts, products })
    const client = await database.pool.connect()
    try {
      const figures: Figure[] = []
      for (const read of readsOf(accounts, products)) {
        figures.push(
          figure({
            name: read.name,
            unit: "ms",
            ours: await serverTime(client, read, size.pick({ small: 10, default: 300, full: 300 })),
            goal: { of: "ours", atMost: 1 },
            limit: "Postgres: planning and the statement; a client's round trip comes on top",
          }),
        )
      }
      return figures
    } finally {
      client.release()
    }
  },
}

/** The median time that the server says it needs for a read, planning included, in ms. */
async function serverTime(client: PoolClient, { sql, values }: Read, calls: number): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < calls; n++) {
    const { rows } = await client.query(`explain (analyze, timing off, format json) ${sql}`, values())
    const [plan] = rows[0]["QUERY PLAN"] as { "Planning Time": number; "Execution Time": number }[]
    times.push((plan?.["Planning Time"] ?? 0) + (plan?.["Execution Time"] ?? 0))
  }
  return quantile(times, 0.5)
}
