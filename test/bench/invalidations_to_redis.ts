/**
 * How long a key is still in Redis after the commit in Postgres that makes it old: 500 changes a second, each its own
 * transaction, against a Redis with many other keys, while pattern passes run beside them. The keyspace event of a
 * deletion is Redis's own word for when a key is gone. Alone: a plain client that only hears the notification.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { Redis } from "ioredis"
import { waitFor } from "../harness/wait.ts"
import type { Bench, Benchmark } from "./harness/benchmark.ts"
import { type Figure, figure } from "./harness/figure.ts"
import { busiest, measured, quantile, say, whole } from "./harness/measure.ts"
import { startProgram } from "./harness/programs.ts"
import { startBenchRedis } from "./harness/redis.ts"

const perSecond = 500
const keyOf = (n: number) => `catalog:product:P${n}`

export const invalidationsToRedis: Benchmark = {
  name: "invalidations_to_redis",
  async run(bench): Promise<Figure[]> {
    const { size, database, started } = bench
    const count = perSecond * size.pick({ small: 2, default: 20, full: 60 })
    const otherKeys = size.of(1_000_000, 10_000)
    const server = started.add(await startBenchRedis(["--notify-keyspace-events", "Eg"]))
    const redis = new Redis(server.url)
    started.add({ stop: async () => redis.disconnect() })
    say(`  Redis is filled with ${whole(otherKeys)} other keys`)
    await fill(redis, otherKeys, (n) => `session:${n}`)
    const service = await startConsumer(bench, server.url)
    // Not before: the first start of a consumer clears all that others might have made old.
    await fill(redis, count, keyOf)

    const goneAt = new Map<string, number>()
    const events = redis.duplicate()
    started.add({ stop: async () => events.disconnect() })
    events.on("message", (_channel, key: string) => goneAt.set(key, performance.now()))
    await events.subscribe("__keyevent@0__:del")
    const heardAt = new Map<string, number>()
    const listener = await database.pool.connect()
    started.add({ stop: async () => listener.release(true) })
    listener.on("notification", ({ payload }) => {
      const { ids } = JSON.parse(payload as string) as { ids: string[] }
      heardAt.set(`catalog:product:${ids[0]}`, performance.now())
    })
    await listener.query("listen sf_shadow_changed")

    say(`  ${whole(count)} changes, ${perSecond} a second`)
    const pids = {
      "sf-shadow": service.child.pid as number,
      Postgres: database.server.pid,
      Redis: server.pid,
    }
    const took = await measured(pids, async () => {
      const committed = await commitChanges(bench, count)
      await service.whileRunning(waitFor("every key is gone", 60_000, () => goneAt.size >= count))
      return committed
    })
    await service.stop()

    const latency = (until: ReadonlyMap<string, number>, q: number) =>
      quantile(
        [...took.result].map(([key, at]) => Math.max(0, (until.get(key) as number) - at)),
        q,
      )
    const at = (q: number) => ({
      name: `commit to Redis key gone at ${perSecond}/s, p${q * 100}`,
      unit: "ms",
      ours: latency(goneAt, q),
      alone: latency(heardAt, q),
      limit: `the notification, a read of the outbox, a call to Redis: ${busiest(took)}`,
    })
    return [figure(at(0.5)), figure({ ...at(0.99), goal: { of: "ours", atMost: 50 } })]
  },
}

async function fill(redis: Redis, count: number, keyAt: (n: number) => string): Promise<void> {
  for (let from = 0; from < count; from += 10_000) {
    const length = Math.min(10_000, count - from)
    await redis.mset(Array.from({ length }, (_, n) => [keyAt(from + n), "x"]).flat())
  }
}

/** Starts the consumer, and waits until it has cleared what it found on its first start. */
async function startConsumer({ database, started }: Bench, redisUrl: string) {
  const service = started.add(
    startProgram(["run", "--only", "redis"], {
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl,
      SF_CLIENT_ID: "unused",
      SF_CLIENT_SECRET: "unused",
    }),
  )
  await service.whileRunning(
    waitFor("the new consumer has cleared its families", 60_000, async () => {
      const { rows } = await database.pool.query(
        "select count(*) filter (where seq is not null) as ready from sf_shadow.invalidation_consumer",
      )
      return Number(rows[0].ready) === 3
    }),
  )
  return service
}

/** Commits at a steady rate; when each commit was answered, by key. */
async function commitChanges({ database }: Bench, count: number): Promise<Map<string, number>> {
  const committedAt = new Map<string, number>()
  const change = async (n: number) => {
    await database.pool.query(
      "select sf_shadow._append_invalidation('Product2', array[$1], null, array[$2])",
      [`P${n}`, `S${n}`],
    )
    committedAt.set(keyOf(n), performance.now())
  }
  const startedAt = performance.now()
  const commits: Promise<void>[] = []
  for (let n = 0; n < count; n++) {
    await sleep(Math.max(0, startedAt + (n * 1000) / perSecond - performance.now()))
    commits.push(change(n))
  }
  await Promise.all(commits)
  return committedAt
}
