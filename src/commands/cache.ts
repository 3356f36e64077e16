import { Command } from "commander"
import type { Pool } from "pg"
import { type RedisConfig, readDatabaseConfig } from "../base/config.ts"
import { createLog } from "../base/log.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import { exitCodes, type Invocation, UsageError } from "./invocation.ts"
import type { Work } from "./program.ts"

/** `cache clear [--object NAME]`: empties the caches by hand. */
export function cacheCommand(invocation: Invocation, work: Work): Command {
  const clear = new Command("clear")
    .description("let every consumer forget what it has cached; and clear REDIS_URL, when it is set, at once")
    .option("--object <name>", "only what is cached of this Salesforce object; default: everything")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
The order goes through the invalidation outbox, so that a consumer which is down now clears when it is back. Keys are
found by SCAN and deleted by UNLINK; other keys of that Redis stay. SELECT add_job('clear_cache') does the same from
SQL, by the consumers alone.

Examples:
  ${sfShadow} cache clear
  ${sfShadow} cache clear --object Account`,
    )
    .action(({ object, json }: { object?: string; json?: boolean }) =>
      work(async () => {
        const { databaseUrl, logLevel, redis } = readDatabaseConfig(invocation.environment)
        const { withDatabase } = await import("./database.ts")
        const { clearCache } = await import("../invalidations_to_redis/clear_cache.ts")
        await withDatabase(databaseUrl, createLog(logLevel), async (pool) => {
          const told = await clearCache(pool, object).catch((error) => {
            throw sqlstateOf(error) === sqlstate.notMirrored ? new UsageError(error.message) : error
          })
          const objects = told.map((one) => one.object)
          const consumers = await pool.query<{ consumer: string; state: string }>(
            "select distinct consumer, state from public.sf_shadow_invalidation_consumer where object = any ($1) order by 1",
            [objects],
          )
          const names = consumers.rows.map(({ consumer, state }) => `${consumer} (${state})`).join(", ")
          // Before Redis is asked: it may be down, and what was told is told all the same.
          if (!json) {
            process.stdout.write(
              `${objects.join(", ")}: every consumer is told to forget everything. Consumers: ${names || "none yet"}.\n`,
            )
          }
          const keys = redis === undefined ? null : await clearNow(pool, redis, objects, invocation.signal)
          if (json) {
            process.stdout.write(
              `${JSON.stringify({ objects, consumers: consumers.rows, keysDeleted: keys }, null, 2)}\n`,
            )
          } else if (keys !== null) process.stdout.write(`REDIS_URL: ${keys} keys deleted.\n`)
        })
        return exitCodes.done
      }),
    )
  return new Command("cache").description("work on what readers have cached").addCommand(clear)
}

async function clearNow(
  pool: Pool,
  redis: RedisConfig,
  objects: string[],
  signal: AbortSignal,
): Promise<number> {
  const { clearRedis } = await import("../invalidations_to_redis/clear_redis.ts")
  return clearRedis(pool, redis, objects, signal)
}
