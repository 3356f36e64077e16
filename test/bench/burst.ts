/**
 * How many change events a second of processor time takes into the tables, published at once on three topics, beside the
 * usual designs of a home-made worker: a subscriber and one job for each event, in BullMQ on Redis or in graphile-worker,
 * 32 at the same time, one upsert each.
 *
 * Each takes as many events of the same kinds from the simulated org, over gRPC, into the same durable Postgres. Timed
 * from the first publish to the last event applied; the processor time is that of the process, of Postgres and of Redis.
 * Alone: the same subscriber with nothing behind it.
 */
import type { Bench, Benchmark } from "./harness/benchmark.ts"
import { type Figure, figure } from "./harness/figure.ts"
import { type Following, startFollowing } from "./harness/following.ts"
import { busiest, measured, say, spentBeside, whole } from "./harness/measure.ts"
import { foldedEvents, waitUntilCertain, waitUntilFolded } from "./harness/streams.ts"
import { type DestinationName, prepareRival } from "./rival/destination.ts"
import { startRivalOf, versionOf } from "./rival/start.ts"

export const burst: Benchmark = {
  name: "burst",
  async run(bench): Promise<Figure[]> {
    const { size, database } = bench
    const events = size.pick({ small: 1_000, default: 30_000, full: 100_000 })
    const following = await startFollowing(bench, {
      products: size.of(10_000, 100),
      pricebooks: 5,
      accounts: size.of(20_000, 200),
    })

    const { org, service, pids } = following

    say("  sf-shadow takes the burst")
    const take = async (events: number) => {
      const before = await foldedEvents(database.pool)
      const published = org.publish(events)
      await service.whileRunning(waitUntilFolded(database.pool, before + events))
      await published
    }
    // Before what is timed: plans are made, and code is compiled, on both sides.
    await take(events / 10)
    const ours = await measured(pids, () => take(events))
    await service.whileRunning(waitUntilCertain(database.pool))
    await service.stop()
    await org.assertEqual(database.url)

    const perSecond = { ours: events / ours.seconds, alone: 0 }
    const perProcessorSecond = { ours: events / spentBeside("org", ours.spent), alone: 0 }
    const limit = busiest(ours)
    const figures: Figure[] = []
    for (const name of ["nothing", "bullmq", "graphile-worker"] as const) {
      const { spent, seconds } = await measureRival(bench, following, name, events)
      const theirs = { perSecond: events / seconds, each: events / spentBeside("org", spent) }
      if (name === "nothing") {
        perSecond.alone = theirs.perSecond
        perProcessorSecond.alone = theirs.each
        continue
      }
      const against = `${await versionOf(name)}, one job per event`
      figures.push(
        figure({
          name: `burst of ${whole(events)} events, per second of processor time`,
          unit: "events",
          ...perProcessorSecond,
          against,
          theirs: theirs.each,
          goal: { of: "ratio", atLeast: 5 },
          limit,
        }),
        figure({
          name: `burst of ${whole(events)} events, per second`,
          unit: "events",
          ...perSecond,
          against,
          theirs: theirs.perSecond,
          limit,
        }),
      )
    }
    return figures
  },
}

async function measureRival(bench: Bench, following: Following, name: DestinationName, events: number) {
  say(`  the rival takes it, with ${name} behind it`)
  const { org, pids } = following
  const { pool } = bench.database
  await pool.query(prepareRival)
  const rival = await startRivalOf(bench, following, name)
  await pool.query("checkpoint")
  const take = async (events: number) => {
    await org.publish(events)
    await rival.applied(events)
  }
  await take(events / 10)
  const { org: orgPid, Postgres } = pids
  const took = await measured({ org: orgPid, rival: rival.pid, Postgres, Redis: rival.redisPid }, () =>
    take(events),
  )
  await rival.stop()
  return took
}
