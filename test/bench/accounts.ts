/**
 * Whether a row and an event cost the same in a large table as in a small one: a full load of few accounts and of a
 * hundred times as many, plain and hash-partitioned by their key, then as many events on each, of any of them. Cost is
 * processor time of our process and of Postgres, so that other work on the machine counts little; of a load less that of
 * one without a record.
 */
import { partitionAccounts } from "./accounts/partition.ts"
import type { Bench, Benchmark } from "./harness/benchmark.ts"
import type { BenchDatabase } from "./harness/database.ts"
import { type Figure, figure } from "./harness/figure.ts"
import { busiest, measured, say, spentBeside, whole } from "./harness/measure.ts"
import { backfill, startProgram } from "./harness/programs.ts"
import { foldedEvents, waitUntilFolded, waitUntilFollowed } from "./harness/streams.ts"
import { type BenchOrg, startBenchOrg } from "./org/bench_org.ts"

export const accounts: Benchmark = {
  name: "accounts",
  async run(bench): Promise<Figure[]> {
    const { size, started } = bench
    const many = size.of(10_000_000, 40_000)
    const few = Math.min(100_000, many / 10)
    const events = size.pick({ small: 1_000, default: 20_000, full: 100_000 })
    const start = (count: number) => {
      say(`  an org is filled with ${whole(count)} accounts`)
      return startBenchOrg({ products: 0, pricebooks: 1, accounts: count })
    }
    const another = async () => started.add(await bench.database.server.createDatabase())

    const smallOrg = started.add(await start(few))
    const base = await measureAccounts(bench, bench.database, smallOrg, few, events)
    await smallOrg.stop()
    const largeOrg = started.add(await start(many))
    const plain = await measureAccounts(bench, await another(), largeOrg, many, events)
    say("  the same, hash-partitioned")
    const partitioned = await another()
    await partitionAccounts(partitioned.pool)
    const hashed = await measureAccounts(bench, partitioned, largeOrg, many, events)

    const compared = (how: string, cost: Cost, of: "row" | "event"): Figure =>
      figure({
        name: `${whole(many)} accounts${how}: ${of === "row" ? "a row of a load" : `one of ${whole(events)} events`}`,
        unit: "µs of processor time",
        ours: cost[of],
        against: `${whole(few)} accounts`,
        theirs: base[of],
        goal: { of: "ratio", atMost: 1.3 },
        limit: cost[`${of}Limit`],
        holdsSmall: true,
      })
    return [
      compared("", plain, "row"),
      compared("", plain, "event"),
      compared(", in 16 partitions", hashed, "row"),
      compared(", in 16 partitions", hashed, "event"),
    ]
  },
}

/** Microseconds of processor time for a row of a full load, and for an event. */
interface Cost {
  row: number
  rowLimit: string
  event: number
  eventLimit: string
}

async function measureAccounts(
  { started }: Bench,
  database: BenchDatabase,
  org: BenchOrg,
  count: number,
  events: number,
): Promise<Cost> {
  const environment = { ...org.environment, DATABASE_URL: database.url, LOG_LEVEL: "warn" }
  const pids = { org: org.pid, Postgres: database.server.pid }
  say("  load")
  const costOf = (object: string) =>
    measured({ ...pids, "sf-shadow": "ended" }, () => backfill([object], environment))
  const load = await costOf("Account")
  await backfill(["Product2"], environment)
  // Of no record at all: what the program and the run cost in any case.
  const fixed = await costOf("PricebookEntry")

  say("  events")
  const service = started.add(startProgram(["run", "--only", "pubsub,worker"], environment))
  await service.whileRunning(waitUntilFollowed(database.pool))
  const take = async (events: number) => {
    const before = await foldedEvents(database.pool)
    const published = org.publish(events, "accounts")
    await service.whileRunning(waitUntilFolded(database.pool, before + events))
    await published
  }
  // Before what is timed: plans are made, and code is compiled.
  await take(events / 10)
  await database.pool.query("checkpoint")
  const fold = await measured({ ...pids, "sf-shadow": service.child.pid as number }, () => take(events))
  await service.stop()
  await org.assertEqual(database.url)
  return {
    row: ((spentBeside("org", load.spent) - spentBeside("org", fixed.spent)) / count) * 1e6,
    rowLimit: busiest(load),
    event: (spentBeside("org", fold.spent) / events) * 1e6,
    eventLimit: busiest(fold),
  }
}
