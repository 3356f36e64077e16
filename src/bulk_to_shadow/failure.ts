import { describeError } from "../log.ts"
import { MappingError } from "../mapping.ts"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import { isBudgetStop } from "../salesforce/budget.ts"
import { jobStalled, resultGone } from "../salesforce/bulk.ts"
import { SalesforceError } from "../salesforce/errors.ts"

/** What a failed step of a run calls for. */
export interface Failure {
  /**
   * retry: it may pass; anew: only with another bulk job; pause: a daily limit is used up, so only waiting helps;
   * give-up: it will not pass; fuse: deletes were refused; follow: another process goes on.
   */
  action: "retry" | "anew" | "pause" | "give-up" | "fuse" | "follow"
  /** Constant for the failure metric. */
  reason: string
}

/** Classes of SQLSTATE that pass by themselves: connection, rollback, resources, operator intervention. */
const passing = ["08", "40", "53", "55", "57"]

/** Codes that end a bulk job, and perhaps not the load. */
const needsNewJob = new Set([resultGone, jobStalled, "JOB_FAILED"])

/** Decides by codes, never by message texts. */
export function classifyFailure(error: unknown): Failure {
  if (isBudgetStop(error)) return { action: "pause", reason: error.code }
  if (error instanceof SalesforceError) {
    if (error.retryable && needsNewJob.has(error.code)) return { action: "anew", reason: error.code }
    return { action: error.retryable ? "retry" : "give-up", reason: error.code }
  }
  if (error instanceof MappingError) return { action: "give-up", reason: "mapping" }
  const code = sqlstateOf(error)
  if (code === sqlstate.fuse) return { action: "fuse", reason: code }
  if (code === sqlstate.pageNotDue) return { action: "follow", reason: code }
  if (code !== undefined)
    return { action: passing.includes(code.slice(0, 2)) ? "retry" : "give-up", reason: code }
  // A connection that was cut has no SQLSTATE.
  return { action: "retry", reason: "connection" }
}

/** An error of Postgres with its hint, as one message for the run's row and the log. */
export function failureMessage(error: unknown): string {
  const hint = (error as { hint?: unknown } | null)?.hint
  const { message } = error as Error
  return typeof hint === "string" ? `${message}. ${hint}` : (message ?? String(describeError(error)))
}
