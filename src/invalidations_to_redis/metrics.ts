import { Counter, Histogram } from "prom-client"
import { registry } from "../metrics/index.ts"

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
export const shadowToInvalidatedSeconds = new Histogram({
  name: "sf_shadow_shadow_to_invalidated_seconds",
  help: "Time from the commit of the transaction that changed the shadow to Redis's acknowledgement that its single keys are gone, by object.",
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
