/**
 * How long after its commit in Salesforce a change is visible, at 500 changes a second of three objects, each of another
 * record, beside the usual design of a home-made worker: a subscriber, BullMQ on Redis, 32 jobs at the same time, one
 * upsert each, in the same database.
 *
 * Timed from the call that commits in the simulated org. Ours is visible when a listener of sf_shadow_changed has heard
 * of it, the rival's when its upsert's commit was answered: when either could first be known outside of Postgres.
 * Alone: the same subscriber with nothing behind it.
 */
import { waitFor } from "../harness/wait.ts"
import type { Bench, Benchmark } from "./harness/benchmark.ts"
import { type Figure, figure } from "./harness/figure.ts"
import { startFollowing } from "./harness/following.ts"
import { busiest, measured, nowMs, quantile, say } from "./harness/measure.ts"
import { startBenchRedis } from "./harness/redis.ts"
import type { BenchOrg } from "./org/bench_org.ts"
import { type DestinationName, prepareRival } from "./rival/destination.ts"
import { startRival, versionOf } from "./rival/start.ts"

const perSecond = 500
/** Before what is timed: plans are made, and code is compiled, on both sides. */
const warmUp = 2 * perSecond

export const latency: Benchmark = {
  name: "latency",
  async run(bench): Promise<Figure[]> {
    const { size, database } = bench
    const count = perSecond * size.pick({ small: 4, default: 20, full: 60 })
    const each = Math.ceil(count / 3)
    const { org, environment, service, pids } = await startFollowing(bench, {
      products: each,
      pricebooks: 1,
      accounts: each,
    })

    say("  sf-shadow follows")
    const seen = await watchChanges(bench)
    const follow = async (changes: number) => {
      seen.clear()
      const committed = await org.pace(perSecond, changes)
      await service.whileRunning(waitFor("every change is visible", 120_000, () => seen.size >= changes))
      return latencies(committed, seen)
    }
    await follow(warmUp)
    const ours = await measured(pids, () => follow(count))
    await service.stop()
    await org.assertEqual(database.url)

    await database.pool.query(prepareRival)
    const alone = await measureRival(bench, org, "nothing", count, environment)
    const rival = await measureRival(bench, org, "bullmq", count, environment)
    const against = `${await versionOf("bullmq")} on Redis, 32 jobs at once, one upsert each`
    const limit = `the round trip through the queue and the fold's transaction: ${busiest(ours.spent, ours.seconds)}`
    const at = (q: number) => ({
      name: `commit to visible at ${perSecond} events/s, p${q * 100}`,
      unit: "ms",
      ours: quantile(ours.result, q),
      against,
      theirs: quantile(rival, q),
      alone: quantile(alone, q),
      limit,
    })
    return [
      figure({ ...at(0.5), goal: { of: "ours", atMost: 15 } }),
      figure(at(0.9)),
      figure({ ...at(0.99), goal: { of: "ratio", atMost: 1 } }),
    ]
  },
}

/** Milliseconds from each commit to when its record was seen. */
function latencies(committed: ReadonlyMap<string, number>, seen: ReadonlyMap<string, number>): number[] {
  return [...committed].map(([id, at]) => (seen.get(id) as number) - at)
}

async function measureRival(
  { started }: Bench,
  org: BenchOrg,
  name: DestinationName,
  count: number,
  environment: Record<string, string>,
): Promise<number[]> {
  say(`  the rival follows, with ${name} behind it`)
  const redis = started.add(await startBenchRedis())
  const rival = started.add(await startRival(name, { ...environment, REDIS_URL: redis.url }))
  const follow = async (changes: number) => {
    const committed = await org.pace(perSecond, changes)
    return latencies(committed, new Map(await rival.applied(changes)))
  }
  await follow(warmUp)
  const measuredLatencies = await follow(count)
  await rival.stop()
  await redis.stop()
  return measuredLatencies
}

/** Notes when each record was first heard of as changed, epoch ms, as a listener that is a user's. */
async function watchChanges({ database: { pool }, started }: Bench): Promise<Map<string, number>> {
  const seen = new Map<string, number>()
  const note = (ids: readonly string[], at: number) => {
    for (const id of ids) if (!seen.has(id)) seen.set(id, at)
  }
  const listener = await pool.connect()
  started.add({ stop: async () => listener.release(true) })
  listener.on("notification", async ({ payload }) => {
    const at = nowMs()
    const { object, seq, ids } = JSON.parse(payload as string) as {
      object: string
      seq: number
      ids: string[] | null
    }
    if (ids !== null) return note(ids, at)
    // Too many for one notification.
    const { rows } = await pool.query<{ record_ids: string[] }>(
      "select record_ids from sf_shadow.invalidation where object = $1 and seq = $2",
      [object, seq],
    )
    note(rows[0]?.record_ids ?? [], at)
  })
  await listener.query("listen sf_shadow_changed")
  return seen
}
