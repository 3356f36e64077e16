import { describeError } from "../base/log.ts"
import type { Connections } from "../connections.ts"
import { MappingError } from "../mapping/index.ts"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import { isSchemaChange } from "../postgres/transaction.ts"
import { jobStalled, resultGone } from "../salesforce/bulk.ts"
import { SalesforceError } from "../salesforce/errors.ts"
import { callKindOf, type Run } from "./run.ts"

/**
 * What a failed step of a run calls for. retry: it may pass; anew: only with another bulk job; pause: a daily limit is
 * used up, so only waiting helps, in ms; give-up: it will not pass; fuse: deletes were refused; follow: another process
 * goes on. The reason is a constant, for the failure metric.
 */
export type Failure = { reason: string } & (
  | { action: "retry" | "anew" | "give-up" | "fuse" | "follow" }
  | { action: "pause"; waitMs: number }
)

/** Classes of SQLSTATE that pass by themselves: connection, rollback, resources, operator intervention. */
const passing = ["08", "40", "53", "55", "57"]

/** Codes that end a bulk job, and perhaps not the load. */
const needsNewJob = new Set([resultGone, jobStalled, "JOB_FAILED"])

/** Decides by codes, never by message texts; of a daily limit the budget decides. */
export async function judgeFailure(
  { budget }: Pick<Connections, "budget">,
  run: Run,
  error: unknown,
): Promise<Failure> {
  const waitMs = await budget.waitAfter(error, callKindOf(run))
  const failure = classifyFailure(error)
  return waitMs === null ? failure : { action: "pause", reason: failure.reason, waitMs }
}

/** The same by the code alone, whatever the budget says. */
export function classifyFailure(error: unknown): Failure {
  if (error instanceof SalesforceError) {
    if (error.retryable && needsNewJob.has(error.code)) return { action: "anew", reason: error.code }
    return { action: error.retryable ? "retry" : "give-up", reason: error.code }
  }
  if (error instanceof MappingError) return { action: "give-up", reason: "mapping" }
  const code = sqlstateOf(error)
  if (code === sqlstate.fuse) return { action: "fuse", reason: code }
  if (code === sqlstate.pageNotDue) return { action: "follow", reason: code }
  if (code !== undefined) {
    const passes = passing.includes(code.slice(0, 2)) || isSchemaChange(error)
    return { action: passes ? "retry" : "give-up", reason: code }
  }
  // A connection that was cut has no SQLSTATE.
  return { action: "retry", reason: "connection" }
}

/** An error of Postgres with its hint, as one message for the run's row and the log. */
export function failureMessage(error: unknown): string {
  const hint = (error as { hint?: unknown } | null)?.hint
  const { message } = error as Error
  return typeof hint === "string" ? `${message}. ${hint}` : (message ?? String(describeError(error)))
}
