import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client"

/** Everything /metrics shows of this process. */
export const registry = new Registry()

/** Change events and full records that reached the shadow, or did not, and how: base figure of "is it keeping up?". */
export const eventsTotal = new Counter({
  name: "sf_shadow_sync_events_total",
  help: "Change events (change_type CREATE, UPDATE, ...; result stored or undecoded when received, then applied, skipped, waiting, dirty, rejected, not mirrored) and full records (change_type full, delta, ids, reread; result inserted, updated, deleted, unchanged, ignored, dirty, rejected), by object.",
  labelNames: ["object", "change_type", "result"] as const,
  registers: [registry],
})

const failuresTotal = new Counter({
  name: "sf_shadow_sync_failures_total",
  help: "Failures by object, stage (the edge or task, for instance pubsub_to_events) and reason (an error code or a constant); a rising line names the part to look at.",
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

/** How long a reader of the shadow waits for a change that somebody has made in Salesforce. */
export const commitToShadowSeconds = new Histogram({
  name: "sf_shadow_commit_to_shadow_seconds",
  help: "Time from the commit of a change in Salesforce to its commit in the shadow, by object; of applied change events.",
  labelNames: ["object"] as const,
  buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600, 3600, 21_600],
  registers: [registry],
})

/** A stream that reconnects all the time works, but badly. */
export const streamReconnectsTotal = new Counter({
  name: "sf_shadow_stream_reconnects_total",
  help: "Times that a stream of change events was opened anew after it had broken off, by topic.",
  labelNames: ["stream"] as const,
  registers: [registry],
})

collectDefaultMetrics({ register: registry })

/**
 * Counts one failure.
 *
 * @param object Salesforce object, or "" when the failure belongs to none
 * @param stage the edge or task, for instance "bulk_to_shadow"
 * @param reason an error code or a constant, never a message: each value is a time series
 */
export function countFailure(object: string, stage: string, reason: string): void {
  failuresTotal.inc({ object, stage, reason })
}

const counted = new WeakSet<object>()

/**
 * Counts an error once, however many of its callers see it on its way up: an edge names itself as the stage, and
 * the task around it only counts what no edge has.
 *
 * @param reason as for countFailure; by default the error's code, else its class
 */
export function countError(object: string, stage: string, error: unknown, reason = reasonOf(error)): void {
  if (typeof error === "object" && error !== null) {
    if (counted.has(error)) return
    counted.add(error)
  }
  countFailure(object, stage, reason)
}

function reasonOf(error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown }
  if (typeof code === "string" && /^[\w-]{1,60}$/.test(code)) return code
  return typeof name === "string" ? name : "unknown"
}

/** What a merge of full records did, as SQL's sf_shadow.merge_counts; in records. */
export interface MergeCounts {
  inserted: number
  updated: number
  deleted: number
  unchanged: number
  ignored: number
  dirty: number
  rejected: number
  /** Rows that were wrong though the object claimed to be fresh; counted among the others too. */
  drift: number
}

/** Counts the records of a merge, by what became of them. */
export function countMerged(object: string, kind: string, { drift: _, ...counts }: MergeCounts): void {
  for (const [result, records] of Object.entries(counts))
    if (records > 0) eventsTotal.inc({ object, change_type: kind, result }, records)
}
