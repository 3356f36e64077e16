/**
 * Whether a row and an event cost the same in a large table as in a small one: a full load of few accounts and of a
 * hundred times as many, then as many events on each, of any of them. Cost is processor time of our process and of
 * Postgres, so that other work on the machine does not count.
 */
import type { Bench, Benchmark } from "./harness/benchmark.ts"
import { type Figure, figure } from "./harness/figure.ts"
import { busiest, measured, say, spentBeside, whole } from "./harness/measure.ts"
import { backfill, startProgram } from "./harness/programs.ts"
import { foldedEvents, waitUntilFolded, waitUntilFollowed } from "./harness/streams.ts"
import { startBenchOrg } from "./org/bench_org.ts"

export const accounts: Benchmark = {
  name: "accounts",
  async run(bench): Promise<Figure[]> {
    const { size, started } = bench
    const many = size.of(10_000_000, 40_000)
    const few = Math.min(100_000, many / 10)
    const events = size.of(100_000, 2_000)
    const small = await measureAccounts(bench, few, events)
    // The large table stands in a database of its own.
    const database = started.add(await bench.database.server.createDatabase())
    const large = await measureAccounts({ ...bench, database }, many, events)
    const compared = (name: string, of: "row" | "event"): Figure =>
      figure({
        name,
        unit: "µs of processor time",
        ours: large[of],
        against: `${whole(few)} accounts`,
        theirs: small[of],
        goal: { of: "ratio", atMost: 1.3 },
        limit: large[`${of}Limit`],
        holdsSmall: true,
      })
    return [
      compared(`${whole(many)} accounts: one row of a load`, "row"),
      compared(`${whole(many)} accounts: one of ${whole(events)} events`, "event"),
    ]
  },
}

/** Microseconds of processor time for a row of a full load, and for an event. */
async function measureAccounts({ database, started }: Bench, count: number, events: number) {
  say(`  ${whole(count)} accounts`)
  const org = started.add(await startBenchOrg({ products: 0, pricebooks: 1, accounts: count }))
  const environment = { ...org.environment, DATABASE_URL: database.url, LOG_LEVEL: "warn" }
  const loading = startProgram(["backfill", "Account"], environment)
  const pids = { org: org.pid, Postgres: database.server.pid }
  const load = await measured({ ...pids, "sf-shadow": "ended" }, () => loading.ended)
  if ((await loading.ended) !== 0) throw new Error(`${loading.output.stdout}${loading.output.stderr}`)
  await backfill(["Product2", "PricebookEntry"], environment)

  const service = started.add(startProgram(["run", "--only", "pubsub,worker"], environment))
  await service.whileRunning(waitUntilFollowed(database.pool))
  await database.pool.query("checkpoint")
  const before = await foldedEvents(database.pool)
  const fold = await measured({ ...pids, "sf-shadow": service.child.pid as number }, async () => {
    const published = org.publish(events, "accounts")
    await service.whileRunning(waitUntilFolded(database.pool, before + events))
    await published
  })
  await service.stop()
  await org.assertEqual(database.url)
  await org.stop()
  return {
    row: (spentBeside("org", load.spent) / count) * 1e6,
    rowLimit: busiest(load.spent, load.seconds),
    event: (spentBeside("org", fold.spent) / events) * 1e6,
    eventLimit: busiest(fold.spent, fold.seconds),
  }
}
