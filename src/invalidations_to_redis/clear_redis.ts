import type { Pool } from "pg"
import type { RedisConfig } from "../base/config.ts"
import { RedisConnection } from "../redis/connect.ts"
import { deleteKeys, deletePatterns } from "../redis/delete.ts"
import { identityOf } from "../redis/nodes.ts"
import { Renderer } from "./render.ts"

/**
 * Deletes everything that is cached of these objects, at once, without a running service.
 *
 * @returns how many keys there were
 * @throws RedisUnavailable, TemplateError
 */
export async function clearRedis(
  pool: Pool,
  redis: RedisConfig,
  objects: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const { keys, patterns } = (await Renderer.open(pool, redis.templates)).everythingOf(objects)
  const connection = new RedisConnection(redis)
  try {
    await connection.ready(signal)
    // A replica would accept the search and refuse only what it finds.
    await identityOf(connection.client)
    return (
      (await deleteKeys(connection.client, keys)) +
      (await deletePatterns(connection.client, patterns, signal))
    )
  } catch (error) {
    if (signal.aborted) throw error
    throw connection.explain(error)
  } finally {
    await connection.close()
  }
}
