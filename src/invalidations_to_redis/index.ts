import { setTimeout as sleep } from "node:timers/promises"
import type { Pool } from "pg"
import { Backoff, pause } from "../base/backoff.ts"
import type { RedisConfig } from "../base/config.ts"
import type { Log } from "../base/log.ts"
import { countFailure } from "../metrics/index.ts"
import { type Wake, whileListening } from "../postgres/listen.ts"
import { RedisConnection } from "../redis/connect.ts"
import { follow } from "./follow.ts"
import { invalidationsTotal } from "./metrics.ts"
import { type Cursor, Outbox, OutboxUnavailable } from "./outbox.ts"
import { Renderer } from "./render.ts"

/** The running edge. */
export interface InvalidationsToRedis {
  /** Why nothing reaches Redis at the moment, for /readyz; undefined when all is well. */
  problem(): string | undefined
  /** Ends after the batch in hand; what is not acknowledged by then is done again by the next process. */
  stop(): Promise<void>
}

/**
 * Keeps the caches of one Redis right: follows the outbox as the consumer of its name (rule 12). Of several processes
 * with that name one works and the others stand by. Neither a lost Postgres connection, nor a Redis that is down,
 * stopped, full or read-only loses an invalidation: the cursor in the database moves only after Redis acknowledged.
 *
 * @throws TemplateError when REDIS_TEMPLATES does not fit the mirrored objects
 */
export async function startInvalidationsToRedis({
  databaseUrl,
  redis,
  pool,
  log: parentLog,
}: {
  databaseUrl: string
  redis: RedisConfig
  pool: Pool
  log: Log
}): Promise<InvalidationsToRedis> {
  const log = parentLog.child({ consumer: redis.consumer })
  const renderer = await Renderer.open(pool, redis.templates)
  const outbox = new Outbox(pool, redis.consumer)
  const connection = new RedisConnection(redis)
  const stopping = new AbortController()
  let problem: { message: string; code: string } | undefined

  const onJoined = (cursors: readonly Cursor[]) => {
    if (problem) log.info({ event: "invalidations_resumed" }, "invalidations reach Redis again")
    problem = undefined
    for (const { object, reason } of cursors.filter(({ seq }) => seq === null)) {
      log.warn(
        { event: "cache_cleared", object, reason },
        `${object}: everything cached of it is cleared: ${reason}`,
      )
    }
  }

  const onFailure = async (error: unknown) => {
    const isDatabase = error instanceof OutboxUnavailable
    const { message, code } = isDatabase ? error : connection.explain(error)
    for (const object of renderer.objects) countFailure(object, "invalidations_to_redis", code)
    // An outage lasts: it is said once, and again when its reason changes.
    const level = problem?.code === code ? "debug" : "warn"
    problem = { message, code }
    log[level](
      { event: "invalidations_to_redis_failed", reason: code, err: error },
      `${message}. Invalidations wait in the outbox until this works again; cached records might be old until then.`,
    )
    if (isDatabase) return
    await outbox
      .noteProblem(message)
      .catch((err) => log.debug({ event: "consumer_problem_not_noted", err }, "the database does not answer"))
  }

  const work = async (wake: Wake, signal: AbortSignal) => {
    const backoff = new Backoff(100, 2_000)
    while (!signal.aborted) {
      const startedAt = performance.now()
      try {
        await follow({ outbox, connection, renderer, log }, wake, signal, onJoined)
      } catch (error) {
        if (stopping.signal.aborted) return
        await onFailure(error)
        if (performance.now() - startedAt > 10_000) backoff.reset()
        await pause(backoff.nextMs(), signal)
      }
    }
  }
  for (const object of renderer.objects) invalidationsTotal.inc({ object, result: "keys" }, 0)
  const following = whileListening(
    {
      databaseUrl,
      channel: "sf_shadow_changed",
      name: `invalidations_to_redis ${redis.consumer}`,
      signal: stopping.signal,
      log,
    },
    work,
  )
  return {
    problem: () => problem?.message,
    async stop() {
      stopping.abort()
      // A Redis that says nothing must not hold up the end of the process.
      await Promise.race([following, sleep(1_000, undefined, { ref: false })])
      await connection.close()
      await following
    },
  }
}
