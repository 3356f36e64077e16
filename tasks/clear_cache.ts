import { z } from "zod"
import type { TaskFactory } from "../src/connections.ts"
import { clearCache } from "../src/invalidations_to_redis/clear_cache.ts"

const payloadSchema = z.object({ object: z.string().nullish() })

/** Tells every consumer of the outbox to forget an object, or all; needs no Redis itself. */
const task: TaskFactory =
  ({ pool, log }) =>
  async (payload) => {
    const { object } = payloadSchema.parse(payload ?? {})
    for (const { object: cleared } of await clearCache(pool, object ?? undefined)) {
      log.info({ event: "cache_clear_asked", object: cleared }, `every cache is told to forget ${cleared}`)
    }
  }

export default task
