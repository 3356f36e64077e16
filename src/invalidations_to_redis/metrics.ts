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

/** A gauge per consumer and object, read from the database when it is asked for; also of consumers that are dead. */
function consumerGauge(name: string, help: string, seconds: string): void {
  new Gauge({
    ...{ name, help, labelNames: ["consumer", "object"] as const },
    registers: [registry],
    async collect() {
      // The other metrics must show while the database is down.
      const result = await source
        ?.query<{ consumer: string; object: string; seconds: number }>(
          `select consumer, object, ${seconds} as seconds from sf_shadow_invalidation_consumer`,
        )
        .catch(() => undefined)
      this.reset()
      for (const { consumer, object, seconds } of result?.rows ?? []) this.set({ consumer, object }, seconds)
    },
  })
}

consumerGauge(
  "sf_shadow_invalidation_consumer_lag_seconds",
  "Age of the oldest outbox row that a consumer has not acknowledged, by object.",
  "lag_seconds",
)
consumerGauge(
  "sf_shadow_invalidation_consumer_unseen_seconds",
  "Time since a consumer last reached its cache and confirmed its cursor, by object; over 300 it is dead.",
  "extract(epoch from now() - seen_at)::double precision",
)

/** Lets /metrics of this process show every consumer, whichever process it is of. */
export function showConsumers(pool: Pool): void {
  source = pool
}
