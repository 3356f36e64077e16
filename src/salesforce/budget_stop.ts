import type { Log } from "../base/log.ts"
import type { CallKind } from "./budget.ts"
import { SalesforceError } from "./errors.ts"
import type { DailyLimit } from "./limit_refusal.ts"

/** The code of a SalesforceError that the budget threw: nothing was asked of Salesforce. */
export const budgetStopped = "API_BUDGET_STOPPED"

/** Whether an error says that a daily limit, or the budget within it, is used up: waiting helps, trying does not. */
export function isBudgetStop(error: unknown): error is SalesforceError {
  return error instanceof SalesforceError && (error.code === budgetStopped || dailyLimitOf(error) !== null)
}

/** The daily limit that Salesforce says is used up; null for every other failure. */
export function dailyLimitOf({ refused }: SalesforceError): DailyLimit | null {
  return refused === "concurrent" ? null : refused
}

/** A share of a limit: a row of sf_shadow.budget_state. */
export interface Share {
  limit_name: string
  kind: CallKind
  stops_at_percent: number
  used: number
  max: number
  /** Whether Salesforce has refused calls for want of this limit. */
  refused: boolean
  stopped: boolean
  /** Until the limits are to be looked at again; not above 0: it is due. */
  resumes_in_ms: number
  resumes_at: Date
}

/** The share that stops calls of a kind for longest, if one does. */
export function longestStop(shares: readonly Share[], kind: CallKind): Share | undefined {
  return shares
    .filter((share) => share.kind === kind && share.stopped)
    .sort((a, b) => b.resumes_in_ms - a.resumes_in_ms)[0]
}

const kindText: Record<CallKind, string> = {
  load: "full loads",
  delta: "deltas and Id comparisons",
  reread: "re-reads",
  fallback: "readers' own questions",
}

/** Which limit is how far used, and when it goes on. */
function stopText({ limit_name, kind, used, max, stops_at_percent, refused, resumes_at }: Share): string {
  const why = refused
    ? `Salesforce refuses ${kindText[kind]} because ${limit_name} is used up`
    : `${used} of ${max} ${limit_name} are used, and ${kindText[kind]} stop at ${stops_at_percent} %`
  return `${why}; they go on once the usage has fallen, and it is looked at again at ${resumes_at.toISOString()}`
}

/** What a call that is stopped fails with. */
export function stopError(stop: Share, retryAfterMs: number): SalesforceError {
  return new SalesforceError(`The API budget is used up: ${stopText(stop)}.`, {
    code: budgetStopped,
    retryable: true,
    retryAfterMs,
  })
}

/** Says once that a kind of call has stopped, and once that it goes on. */
export class StopLog {
  readonly #log: Log
  readonly #stopped = new Set<CallKind>()

  constructor(log: Log) {
    this.#log = log
  }

  /** @param stop what stops calls of the kind now, if anything does */
  tell(kind: CallKind, stop: Share | undefined): void {
    if (stop && !this.#stopped.has(kind)) {
      this.#stopped.add(kind)
      this.#log.warn({ event: "api_budget_stopped", kind, limit: stop.limit_name }, stopText(stop))
    } else if (!stop && this.#stopped.delete(kind)) {
      this.#log.info({ event: "api_budget_resumed", kind }, `${kindText[kind]} go on`)
    }
  }
}
