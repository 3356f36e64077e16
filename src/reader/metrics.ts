import { Counter, register as defaultRegister, type Registry } from "prom-client"

/** The counters of all readers of one registry. */
export interface ReaderMetrics {
  reads: Counter<"object" | "source" | "stale">
  compared: Counter<"object">
  mismatches: Counter<"object" | "late">
  failures: Counter<"to" | "reason">
}

const known = new WeakMap<Registry, ReaderMetrics>()

/** The readers' counters, made once per registry. @param register prom-client's default one unless given */
export function readerMetrics(register: Registry = defaultRegister): ReaderMetrics {
  const made = known.get(register)
  if (made) return made
  const metrics: ReaderMetrics = {
    reads: new Counter({
      name: "sf_shadow_reads_total",
      help: "Reads by object, by where the answer came from (cache, shadow, salesforce), and whether it was stale.",
      labelNames: ["object", "source", "stale"] as const,
      registers: [register],
    }),
    compared: new Counter({
      name: "sf_shadow_read_compared_total",
      help: "Answers compared with the other side in the modes compare and live.",
      labelNames: ["object"] as const,
      registers: [register],
    }),
    mismatches: new Counter({
      name: "sf_shadow_read_mismatch_total",
      help: "Answers that differed between the shadow and Salesforce. late=yes: the change may be younger than what the shadow claims to hold; late=no: the shadow was wrong.",
      labelNames: ["object", "late"] as const,
      registers: [register],
    }),
    failures: new Counter({
      name: "sf_shadow_read_failures_total",
      help: "What a reader had to do without, by what it asked (salesforce, redis, refresh) and an error code.",
      labelNames: ["to", "reason"] as const,
      registers: [register],
    }),
  }
  known.set(register, metrics)
  return metrics
}
