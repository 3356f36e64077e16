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
import { startFollowing } from "./harness/following.ts"
import { busiest, measured, say, spentBeside, whole } from "./harness/measure.ts"
import { startBenchRedis } from "./harness/redis.ts"
import { foldedEvents, waitUntilCertain, waitUntilFolded } from "./harness/streams.ts"
import type { BenchOrg } from "./org/bench_org.ts"
import { type DestinationName, prepareRival } from "./rival/destination.ts"
import { startRival, versionOf } from "./rival/start.ts"

/** Before what is timed: plans are made, and code is compiled, on both sides. */
const warmUp = 1_000

export const burst: Benchmark = {
  name: "burst",
  async run(bench): Promise<Figure[]> {
    const { size, database } = bench
    const events = size.of(100_000, 3_000)
    const { org, environment, service, pids } = await startFollowing(bench, {
      products: size.of(10_000, 1_000),
      pricebooks: 5,
      accounts: size.of(20_000, 2_000),
    })

    say("  sf-shadow takes the burst")
    const take = async (events: number) => {
      const before = await foldedEvents(database.pool)
      const published = org.publish(events)
      await service.whileRunning(waitUntilFolded(database.pool, before + events))
      await published
    }
    await take(warmUp)
    const ours = await measured(pids, () => take(events))
    await service.whileRunning(waitUntilCertain(database.pool))
    await service.stop()
    await org.assertEqual(database.url)

    const perSecond = { ours: events / ours.seconds, alone: 0 }
    const perProcessorSecond = { ours: events / spentBeside("org", ours.spent), alone: 0 }
    const limit = busiest(ours.spent, ours.seconds)
    const figures: Figure[] = []
    for (const name of ["nothing", "bullmq", "graphile-worker"] as const) {
      const { spent, seconds } = await measureRival(bench, org, name, events, environment)
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
          holdsSmall: true,
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

async function measureRival(
  { started, database }: Bench,
  org: BenchOrg,
  name: DestinationName,
  events: number,
  environment: Record<string, string>,
) {
  say(`  the rival takes it, with ${name} behind it`)
  await database.pool.query(prepareRival)
  const redis = started.add(await startBenchRedis())
  const rival = started.add(await startRival(name, { ...environment, REDIS_URL: redis.url }))
  await database.pool.query("checkpoint")
  const pids = { org: org.pid, rival: rival.pid, Postgres: database.server.pid, Redis: redis.pid }
  const take = async (events: number) => {
    await org.publish(events)
    await rival.applied(events)
  }
  await take(warmUp)
  const took = await measured(pids, () => take(events))
  await rival.stop()
  await redis.stop()
  return took
}
