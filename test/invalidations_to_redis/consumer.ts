import { once } from "node:events"
import { after, type TestContext } from "node:test"
import type { Cluster, Redis } from "ioredis"
import { pino } from "pino"
import { readerTemplates } from "../../src/base/cache_keys.ts"
import type { RedisConfig } from "../../src/base/config.ts"
import {
  type InvalidationsToRedis,
  startInvalidationsToRedis,
} from "../../src/invalidations_to_redis/index.ts"
import type { createTestDatabase } from "../harness/postgres.ts"
import type { LogLine } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

type Database = Awaited<ReturnType<typeof createTestDatabase>>

/** A consumer in this process, and what it has logged. */
export interface Consumer extends InvalidationsToRedis {
  logged(event: string): LogLine[]
}

/** Starts the edge as the service does; it is stopped with the test at the latest. */
export async function startConsumer(
  t: TestContext,
  { url, pool }: Database,
  redis: Partial<RedisConfig> & { redisUrl: string },
): Promise<Consumer> {
  const lines: LogLine[] = []
  const edge = await startInvalidationsToRedis({
    databaseUrl: url,
    redis: { cluster: false, consumer: "redis", templates: readerTemplates, ...redis },
    pool,
    log: pino({ level: "debug" }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
  })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= edge.stop()
    return stopped
  }
  t.after(stop)
  return { ...edge, stop, logged: (event) => lines.filter((line) => line.event === event) }
}

/** The outbox, written as a merge writes it. */
export class Changes {
  readonly pool: Database["pool"]
  constructor({ pool }: Database) {
    this.pool = pool
  }

  /** Says that a product changed; with two SKUs, from one to the other. Returns its number in the outbox. */
  product(id: string, ...skus: string[]): Promise<number> {
    return this.append("Product2", [id], [], skus)
  }

  price(id: string, productId: string, sku: string): Promise<number> {
    return this.append("PricebookEntry", [id], [productId], [sku])
  }

  account(id: string): Promise<number> {
    return this.append("Account", [id], [], [])
  }

  /** Null ids: everything of the object. */
  async append(object: string, ids: string[] | null, parents: string[], uniques: string[]): Promise<number> {
    await this.pool.query("select sf_shadow._append_invalidation($1, $2, $3, $4)", [
      object,
      ids,
      parents,
      uniques,
    ])
    const { rows } = await this.pool.query<{ seq: number }>(
      "select max(seq) as seq from sf_shadow.invalidation where object = $1",
      [object],
    )
    return (rows[0] as { seq: number }).seq
  }

  /** What a consumer has acknowledged of an object; null: it has to clear everything first. */
  async cursor(object: string, consumer = "redis"): Promise<number | null | undefined> {
    const { rows } = await this.pool.query<{ seq: number | null }>(
      "select seq from sf_shadow.invalidation_consumer where consumer = $1 and object = $2",
      [consumer, object],
    )
    return rows[0]?.seq
  }

  /** Waits until a consumer has acknowledged everything there is. */
  async allAcknowledged(consumer = "redis", withinMs = 15_000): Promise<void> {
    await waitFor(`${consumer} has acknowledged everything`, withinMs, async () => {
      const { rows } = await this.pool.query<{ behind: number }>(
        `select coalesce(sum(s.invalidation_seq - coalesce(c.seq, -1)), -1) as behind from sf_shadow.object_state s
         left join sf_shadow.invalidation_consumer c on c.object = s.object and c.consumer = $1
         where s.object in ('Product2', 'PricebookEntry', 'Account')`,
        [consumer],
      )
      return Number(rows[0]?.behind) === 0
    })
  }
}

/** Waits until none of the keys is there. */
export async function gone(client: Redis | Cluster, keys: string[], withinMs = 10_000): Promise<void> {
  await waitFor(`${keys.join(", ")} gone`, withinMs, async () => {
    // A Cluster that has lost a master answers nobody for a while.
    const counts = await Promise.all(keys.map((key) => client.exists(key).catch(() => 1)))
    return counts.every((count) => count === 0)
  })
}

/** Sets keys to a value that looks old. */
export async function fill(client: Redis | Cluster, ...keys: string[]): Promise<void> {
  await Promise.all(keys.map((key) => client.set(key, "old")))
}

/** Commands that a server has received since this was called, as it reports them itself. */
export async function monitor(client: Redis): Promise<string[][]> {
  const seen: string[][] = []
  const watcher = await client.monitor()
  watcher.on("monitor", (_time: string, command: string[]) => seen.push(command))
  after(async () => {
    watcher.disconnect()
    if ((watcher.status as string) !== "end") await once(watcher, "end").catch(() => {})
  })
  return seen
}
