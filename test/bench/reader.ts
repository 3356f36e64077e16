/**
 * What the reader adds to a read by primary key. The eligibility of an account, cache off, by the reader and by the bare
 * driver, on the same pool, one read at a time; in turns of a second at most, so that both have the same machine.
 */
import { createReader } from "../../src/reader/index.ts"
import type { Benchmark } from "./harness/benchmark.ts"
import { type Figure, figure } from "./harness/figure.ts"
import { say, whole } from "./harness/measure.ts"
import { accountId, fillShadow } from "./sql_reads/fill.ts"

const bare = "select * from sf_account_eligibility_shadow where account_id = $1"

export const reader: Benchmark = {
  name: "reader",
  async run({ size, database, started }): Promise<Figure[]> {
    const accounts = size.of(1_000_000, 10_000)
    const seconds = size.pick({ small: 2, default: 20, full: 60 })
    say(`  a shadow is filled with ${whole(accounts)} accounts`)
    await fillShadow(database.pool, { accounts, products: 100 })
    const { pool } = database
    const reads = createReader({ pool })
    started.add({ stop: () => reads.close() })

    say("  reads in turns")
    const anyId = () => accountId(Math.floor(Math.random() * accounts))
    const byReader = async () => {
      const { value, stale } = await reads.eligibility(anyId())
      if (value === null || stale) throw new Error(`the reader answers ${JSON.stringify({ value, stale })}`)
    }
    const byDriver = async () => {
      const { rows } = await pool.query(bare, [anyId()])
      if (rows.length !== 1) throw new Error(`the driver finds ${rows.length} rows`)
    }
    const turn = Math.min(1, seconds / 4)
    const rates = { reader: [] as number[], driver: [] as number[] }
    for (let done = 0; done < seconds; done += 2 * turn) {
      rates.reader.push(await rateOf(byReader, turn))
      rates.driver.push(await rateOf(byDriver, turn))
    }
    // The first turn of each plans and compiles.
    const mean = (values: number[]) => values.slice(1).reduce((a, b) => a + b, 0) / (values.length - 1)
    return [
      figure({
        name: `reader's point read in ${whole(accounts)} accounts, cache off`,
        unit: "reads/s",
        ours: mean(rates.reader),
        against: "pg by primary key",
        theirs: mean(rates.driver),
        goal: { of: "ratio", atLeast: 0.9 },
        limit: "the round trip to Postgres, and the statement, which judges the row's age too",
      }),
    ]
  },
}

async function rateOf(read: () => Promise<void>, seconds: number): Promise<number> {
  const startedAt = performance.now()
  let count = 0
  while (performance.now() - startedAt < seconds * 1000) {
    await read()
    count += 1
  }
  return count / ((performance.now() - startedAt) / 1000)
}
