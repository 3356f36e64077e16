/**
 * How long after its commit in Salesforce a change is visible, at 500 changes a second of three objects, each of another
 * record, and at 4 a second, where each comes alone; beside the usual design of a home-made worker: a subscriber, BullMQ on
 * Redis, 32 jobs at the same time, one upsert each, in the same database.
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
import { type DestinationName, prepareRival } from "./rival/destination.ts"
import { startRivalOf, versionOf } from "./rival/start.ts"

/** The busy rate, and one at which every event comes alone. */
const rates = { busy: 500, quiet: 4 }
/** Milliseconds at each rate, and who was busy at the busy one. */
type Latencies = Record<keyof typeof rates, number[]> & { limit: string }

/** Commits so many changes at a rate; milliseconds until each was visible. */
type Follow = (perSecond: number, changes: number) => Promise<number[]>

export const latency: Benchmark = {
  name: "latency",
  async run(bench): Promise<Figure[]> {
    const { size, database } = bench
    const counts = {
      busy: rates.busy * size.pick({ small: 4, default: 20, full: 60 }),
      quiet: rates.quiet * size.pick({ small: 1, default: 15, full: 60 }),
    }
    const each = Math.ceil(counts.busy / 3)
    const following = await startFollowing(bench, { products: each, pricebooks: 1, accounts: each })
    const { org, service, pids } = following

    say("  sf-shadow follows")
    const seen = await watchChanges(bench)
    const ours = await followBoth(counts, pids, async (perSecond, changes) => {
      seen.clear()
      const committed = await org.pace(perSecond, changes)
      await service.whileRunning(waitFor("every change is visible", 120_000, () => seen.size >= changes))
      return latencies(committed, seen)
    })
    await service.stop()
    await org.assertEqual(database.url)

    await database.pool.query(prepareRival)
    const measureRival = async (name: DestinationName) => {
      say(`  the rival follows, with ${name} behind it`)
      const rival = await startRivalOf(bench, following, name)
      const found = await followBoth(counts, {}, async (perSecond, changes) => {
        const committed = await org.pace(perSecond, changes)
        return latencies(committed, new Map(await rival.applied(changes)))
      })
      await rival.stop()
      return found
    }
    const alone = await measureRival("nothing")
    const rival = await measureRival("bullmq")
    const against = `${await versionOf("bullmq")} on Redis, 32 jobs at once, one upsert each`
    const at = (rate: keyof typeof rates, q: number) => ({
      name: `commit to visible at ${rates[rate]} events/s, p${q * 100}`,
      unit: "ms",
      ours: quantile(ours[rate], q),
      against,
      theirs: quantile(rival[rate], q),
      alone: quantile(alone[rate], q),
      limit: `two commits, the append's and the fold's, and the way between: ${ours.limit}`,
    })
    return [
      figure({ ...at("busy", 0.5), goal: { of: "ours", atMost: 15 } }),
      figure(at("busy", 0.9)),
      figure({ ...at("busy", 0.99), goal: { of: "ratio", atMost: 1 } }),
      figure(at("quiet", 0.5)),
    ]
  },
}

/** Both rates, after two seconds in which plans are made and code is compiled. */
async function followBoth(
  counts: Record<keyof typeof rates, number>,
  pids: Record<string, number>,
  follow: Follow,
): Promise<Latencies> {
  await follow(rates.busy, 2 * rates.busy)
  const busy = await measured(pids, () => follow(rates.busy, counts.busy))
  const quiet = await follow(rates.quiet, counts.quiet)
  return { busy: busy.result, quiet, limit: busiest(busy) }
}

/** Milliseconds from each commit to when its record was seen. */
function latencies(committed: ReadonlyMap<string, number>, seen: ReadonlyMap<string, number>): number[] {
  return [...committed].map(([id, at]) => (seen.get(id) as number) - at)
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
