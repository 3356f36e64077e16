import type { Pool } from "pg"
import { Counter, Gauge, Histogram } from "prom-client"
import { registry } from "../metrics.ts"

/** Outbox rows that this process has worked off; failures by reason are in sf_shadow_sync_failures_total. */
export const invalidationsTotal = new Counter({
  name: "sf_shadow_invalidations_total",
  help: "Rows of the invalidation outbox by object and result (keys: single keys cleared, everything: the object's whole family, failed: will be tried again).",
  labelNames: ["object", "result"] as const,
  registers: [registry],
})

/** Keys that were there and are gone. */
export const keysTotal = new Counter({
  name: "sf_shadow_invalidated_keys_total",
  help: "Keys deleted from Redis, by how they were found (name, pattern).",
  labelNames: ["found_by"] as const,
  registers: [registry],
})

/** Is the cache kept up with the shadow? */
export const invalidationSeconds = new Histogram({
  name: "sf_shadow_invalidation_seconds",
  help: "Time from the transaction that changed the shadow to Redis's acknowledgement that its single keys are gone, by object.",
  labelNames: ["object"] as const,
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30, 300],
  registers: [registry],
})

/** How long one pattern pass over every master takes; it grows with the number of all keys in Redis. */
export const patternPassSeconds = new Histogram({
  name: "sf_shadow_pattern_pass_seconds",
  help: "Duration of one SCAN and UNLINK pass over every master of Redis.",
  buckets: [0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60],
  registers: [registry],
})

let source: Pool | undefined

const lag = new Gauge({
  name: "sf_shadow_invalidation_consumer_lag_seconds",
  help: "Age of the oldest outbox row that a consumer has not acknowledged, by object; also of consumers that are dead.",
  labelNames: ["consumer", "object"] as const,
  registers: [registry],
  async collect() {
    if (source === undefined) return
    const rows = await source
      .query<{ consumer: string; object: string; lag_seconds: number; unseen_seconds: number }>(
        `select consumer, object, lag_seconds, extract(epoch from now() - seen_at)::double precision as unseen_seconds
         from sf_shadow_invalidation_consumer`,
      )
      // The other metrics must show while the database is down.
      .then(({ rows }) => rows)
      .catch(() => [])
    this.reset()
    unseen.reset()
    for (const { consumer, object, lag_seconds, unseen_seconds } of rows) {
      this.set({ consumer, object }, lag_seconds)
      unseen.set({ consumer, object }, unseen_seconds)
    }
  },
})

/** The alert for a dead consumer: over 300 means that nobody confirms its cursor. Filled together with the lag. */
const unseen = new Gauge({
  name: "sf_shadow_invalidation_consumer_unseen_seconds",
  help: "Time since a consumer last reached its cache and confirmed its cursor, by object.",
  labelNames: ["consumer", "object"] as const,
  registers: [registry],
})

/** Lets /metrics of this process show every consumer, whichever process it is of, from the database. */
export function showConsumers(pool: Pool): void {
  source = pool
  lag.reset()
}
