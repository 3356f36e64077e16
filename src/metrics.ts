import { Counter, collectDefaultMetrics, Registry } from "prom-client"

/** Everything /metrics shows of this process. */
export const registry = new Registry()

/** Change events and full records that reached the shadow, or did not, and how: base figure of "is it keeping up?". */
export const eventsTotal = new Counter({
  name: "sf_shadow_sync_events_total",
  help: "Change events by object, change type and result (stored, applied, skipped, dirty, rejected).",
  labelNames: ["object", "change_type", "result"] as const,
  registers: [registry],
})

/** Failures by the edge they happened on; a rising line names the part to look at. */
export const failuresTotal = new Counter({
  name: "sf_shadow_sync_failures_total",
  help: "Failures by object, stage (the edge, for instance pubsub_to_events) and reason (an error code or a constant).",
  labelNames: ["object", "stage", "reason"] as const,
  registers: [registry],
})

/** Must stay at zero: each count is a row that was silently wrong, found by verify or a full load. */
export const driftTotal = new Counter({
  name: "sf_shadow_drift_rows_total",
  help: "Rows that differed from Salesforce although their object claimed to be fresh; repaired when they were found.",
  labelNames: ["object"] as const,
  registers: [registry],
})

collectDefaultMetrics({ register: registry })

/**
 * Counts one failure.
 *
 * @param object Salesforce object, or "" when the failure belongs to none
 * @param stage the edge, for instance "bulk_to_shadow"
 * @param reason an error code or a constant, never a message: each value is a time series
 */
export function countFailure(object: string, stage: string, reason: string): void {
  failuresTotal.inc({ object, stage, reason })
}
