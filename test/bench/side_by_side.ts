/**
 * How long the loads of several objects take in an org that is as far away as a real one, beside the same loads one after
 * another. The network is the preset `org` (src/simulator/network.ts) with all of its times ten times shorter: a round trip of
 * 8 ms, and bulk jobs of 0.5 to 1.5 s; so that what our process and Postgres do weighs ten times as much as with a real org.
 *
 *   side by side     `sf-shadow backfill`: from the beginning of the first run to the end of the last, as sf_shadow_run shows them
 *   one by one       `sf-shadow backfill OBJECT` of each, in the same order, on a database of the same content: the sum of
 *                    their runs, without the seconds in which the programs start
 *   slowest job      the longest time from the making of a bulk job to its completion, of those side by side
 */
import type { Pool } from "pg"
import type { Benchmark } from "./harness/benchmark.ts"
import { type Figure, figure } from "./harness/figure.ts"
import { say } from "./harness/measure.ts"
import { backfill, startProgram } from "./harness/programs.ts"
import { startBenchOrg } from "./org/bench_org.ts"

const shipped = ["Product2", "PricebookEntry", "Account"]
const added = ["Contact", "Pricebook2", "Service_Site__c"]

export const sideBySide: Benchmark = {
  name: "side_by_side",
  async run({ size, database, started }): Promise<Figure[]> {
    const records = size.of(15_000, 300)
    const counts = { products: records, pricebooks: 1, accounts: records, contacts: records, sites: records }
    const org = started.add(await startBenchOrg(counts, 10))
    const environment = { ...org.environment, DATABASE_URL: database.url, LOG_LEVEL: "warn" }
    const { ended, output } = startProgram(["objects", "add", ...added], environment)
    if ((await ended) !== 0) throw new Error(`objects add failed\n${output.stdout}${output.stderr}`)
    // The loads that it has asked a service for are ours to begin.
    await database.pool.query("delete from sf_shadow_worker._private_jobs")

    say("  side by side")
    await backfill([], environment)
    const together = await readSpan(database.pool, 0)
    await org.assertEqual(database.url)
    say("  one by one")
    const before = together.lastRun
    for (const object of [...shipped, ...added]) await backfill([object], environment)
    const apart = await readSpan(database.pool, before)
    return [
      figure({
        name: `load of ${shipped.length + added.length} objects side by side, network org, 10 x shorter`,
        unit: "s",
        ours: together.seconds,
        against: "the same loads one after another",
        theirs: apart.sum,
        alone: together.slowestJob,
        goal: { of: "ratio", atMost: 0.4 },
        limit: "the slowest bulk job, and the merging of so many at a time",
      }),
    ]
  },
}

interface Span {
  lastRun: number
  /** From the beginning of the first of these runs to the end of the last. */
  seconds: number
  /** All of their durations. */
  sum: number
  /** From its making to its completion, of the slowest job. */
  slowestJob: number
}

async function readSpan(pool: Pool, afterRun: number): Promise<Span> {
  const { rows } = await pool.query<Span>(
    `select max(r.run_id)::int as "lastRun",
       extract(epoch from max(r.finished_at) - min(r.created_at))::float as seconds,
       sum(extract(epoch from r.finished_at - r.created_at))::float as sum,
       max(extract(epoch from read.read_to - r.read_from))::float as "slowestJob"
     from sf_shadow.run r join sf_shadow.read read on read.read_id = r.read_id
     where r.run_id > $1 and r.state = 'complete'`,
    [afterRun],
  )
  return rows[0] as Span
}
