/**
 * Whether a service that finds a long backlog drains it at a steady rate in flat memory. The events are published while
 * the service is down; it is started, takes them from the bus, and folds them into the shadow. Timed from the first event
 * folded. Steady: the rate of the second half beside that of the first.
 */
import type { Benchmark } from "./harness/benchmark.ts"
import { type Figure, figure } from "./harness/figure.ts"
import { startFollowing } from "./harness/following.ts"
import { busiest, measured, say, whole } from "./harness/measure.ts"
import { followPeakMemory } from "./harness/processes.ts"
import { startProgram } from "./harness/programs.ts"
import { foldedEvents, waitUntilCertain, waitUntilFolded } from "./harness/streams.ts"

export const backlog: Benchmark = {
  name: "backlog",
  async run(bench): Promise<Figure[]> {
    const { size, database, started } = bench
    const events = size.of(1_000_000, 5_000)
    const { org, environment, service, pids } = await startFollowing(bench, {
      products: size.of(10_000, 100),
      pricebooks: 5,
      accounts: size.of(20_000, 200),
    })
    await service.stop()
    const before = await foldedEvents(database.pool)
    say(`  ${whole(events)} events wait on the bus`)
    await org.publish(events)

    say("  the service drains them")
    const draining = started.add(startProgram(["run", "--only", "pubsub,worker"], environment))
    const pid = draining.child.pid as number
    const peakMemory = followPeakMemory(pid)
    const folded: { at: number; events: number }[] = []
    const note = (all: number) => folded.push({ at: performance.now(), events: all - before })
    await draining.whileRunning(waitUntilFolded(database.pool, before + 1, note))
    const took = await measured({ ...pids, "sf-shadow": pid }, () =>
      draining.whileRunning(waitUntilFolded(database.pool, before + events, note)),
    )
    const peakMB = peakMemory()
    await draining.whileRunning(waitUntilCertain(database.pool))
    await draining.stop()
    await org.assertEqual(database.url)

    const limit = busiest(took)
    return [
      figure({
        name: `${whole(events)} events waiting, drained: peak memory`,
        unit: "MB",
        ours: peakMB,
        goal: { of: "ours", atMost: 300 },
        limit: "our process, started from source",
        holdsSmall: true,
      }),
      figure({
        name: "its rate, second half",
        unit: "events/s",
        ours: rateBetween(folded, events / 2, events),
        against: "the first half",
        theirs: rateBetween(folded, 0, events / 2),
        goal: { of: "ratio", atLeast: 0.8 },
        limit,
      }),
    ]
  },
}

/** Events per second between two counts, as nearly as the looks tell. */
function rateBetween(folded: readonly { at: number; events: number }[], from: number, to: number): number {
  const first = folded.findLast(({ events }) => events <= from) ?? folded[0]
  const last = folded.find(({ events }) => events >= to) ?? folded.at(-1)
  if (first === undefined || last === undefined) return Number.NaN
  return (last.events - first.events) / ((last.at - first.at) / 1000)
}
