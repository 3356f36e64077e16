import type { RedisConfig } from "../base/config.ts"
import { RedisConnection } from "../redis/connect.ts"
import { identityOf, masters } from "../redis/nodes.ts"
import { type Check, NotConfigured } from "./check.ts"

/** Whether REDIS_URL answers, is a primary, and makes room when it is full. */
export function redisCheck(redis: RedisConfig | undefined, signal: AbortSignal): Check {
  return {
    name: "redis",
    async ask() {
      if (redis === undefined) throw new NotConfigured("REDIS_URL is not set")
      const connection = new RedisConnection(redis)
      try {
        await connection.ready(signal)
        await identityOf(connection.client)
        const nodes = await masters(connection.client)
        const memory = await Promise.all(nodes.map((node) => node.info("memory")))
        const full = memory.some(
          (info) => /^maxmemory:[1-9]/m.test(info) && /^maxmemory_policy:noeviction/m.test(info),
        )
        const note = full
          ? "; maxmemory-policy is noeviction: a full Redis refuses what readers would cache, allkeys-lru makes room instead"
          : ""
        return `answers, ${nodes.length === 1 ? "a primary" : `${nodes.length} masters`}${note}`
      } catch (error) {
        throw connection.explain(error)
      } finally {
        await connection.close()
      }
    },
  }
}
