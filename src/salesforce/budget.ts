import type { Pool } from "pg"
import type { Log } from "../base/log.ts"
import {
  budgetStopped,
  dailyLimitOf,
  isBudgetStop,
  longestStop,
  type Share,
  StopLog,
  stopError,
} from "./budget_stop.ts"
import { SalesforceError } from "./errors.ts"
import type { ApiUsage } from "./http.ts"
import type { OrgLimits } from "./limits.ts"

/**
 * What a call is made for; each stops at its own share of the org's daily limits (rule 14; the shares are rows of
 * sf_shadow.budget): load, full loads, 80 %; delta, deltas and Id comparisons, 90 %; reread, records read again by
 * Id, 90 %; fallback, a reader's own question, 98 %.
 */
export type CallKind = "load" | "delta" | "reread" | "fallback"

export interface BudgetOptions {
  /** Where the usage is shared between processes; a database that does not answer stops nothing. */
  pool: Pool
  log: Log
  /**
   * Reads the org's limits: what a stopped kind looks at before it goes on, one process at a time. Without it a
   * stopped kind goes on when another process has seen the usage fall.
   */
  readLimits?: () => Promise<OrgLimits>
}

/** The org's API budget, shared by all processes on one database. */
export interface Budget {
  /**
   * Resolves where a call of this kind is within the budget: by a query every 3 s, and, when a stopped kind is due,
   * by a look at `/limits`, in one process at a time.
   *
   * @throws SalesforceError, code API_BUDGET_STOPPED, retryable, with `retryAfterMs` until the limits are looked
   *   at again; the message says which limit is how far used, and when that is
   */
  assert(kind: CallKind): Promise<void>
  /** How long until a call of this kind is worth another try, in ms; 0 where it may be made now. */
  resumesInMs(kind: CallKind): Promise<number>
  /** Takes what one answer has stated (`Sforce-Limit-Info`); stored at most every 2 s. A session's `onLimit`. */
  observe(usage: ApiUsage): void
  /**
   * How long a failed call is to be waited out, in ms, because a daily limit is used up; null for every other failure,
   * also for a refusal that `/limits` contradicts.
   */
  waitAfter(error: unknown, kind: CallKind): Promise<number | null>
  /**
   * Takes the failure of a call: one that was refused for a daily limit stops what spends of it, for `Retry-After` or
   * until `/limits` is asked, which is due at once. Other failures mean nothing here. A session's `onFailure`.
   */
  observeFailure(error: SalesforceError): void
  /** Takes an answer of `/limits`, which also ends a refusal: Salesforce answers calls again. */
  observeLimits(limits: OrgLimits): Promise<void>
  /** Stores what was observed last. The pool must still be open. */
  close(): Promise<void>
}

/** The limits by Salesforce's names for them. */
const limitNames = {
  apiRequests: "DailyApiRequests",
  bulkQueryJobs: "DailyBulkV2QueryJobs",
  bulkQueryStorageMb: "DailyBulkV2QueryFileStorageMB",
  deliveredEvents: "DailyDeliveredPlatformEvents",
} as const satisfies Record<keyof OrgLimits, string>

const cachedForMs = 3_000
const storedEveryMs = 2_000

/** Opens the budget on a database. */
export function createBudget(options: BudgetOptions): Budget {
  return new SharedBudget(options)
}

class SharedBudget implements Budget {
  readonly #options: BudgetOptions
  #shares: Share[] = []
  #sharesAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined
  /** What an answer has stated and the table does not hold yet. */
  #observed: ApiUsage | undefined
  #storing: Promise<void> = Promise.resolve()
  #storedAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  readonly #stops: StopLog

  constructor(options: BudgetOptions) {
    this.#options = options
    this.#stops = new StopLog(options.log)
  }

  async assert(kind: CallKind): Promise<void> {
    const stop = await this.#stopOf(kind)
    if (stop) throw stopError(stop, this.#waitMs(stop))
  }

  async resumesInMs(kind: CallKind): Promise<number> {
    const stop = await this.#stopOf(kind)
    return stop ? this.#waitMs(stop) : 0
  }

  async waitAfter(error: unknown, kind: CallKind): Promise<number | null> {
    if (!isBudgetStop(error)) return null
    const waitMs = await this.resumesInMs(kind)
    if (waitMs === 0 && error.code !== budgetStopped) return null
    return Math.max(error.retryAfterMs ?? 0, waitMs, 1_000)
  }

  observe(usage: ApiUsage): void {
    this.#observed = usage
    if (this.#timer) return
    const waitMs = Math.max(0, this.#storedAt + storedEveryMs - performance.now())
    this.#timer = setTimeout(() => this.#storeObserved(), waitMs)
    this.#timer.unref()
  }

  observeFailure(error: SalesforceError): void {
    // One code has several meanings: whether the day's limit is used up is for /limits to say.
    this.#refuse(error, error.retryAfterMs ?? 0)
  }

  #refuse(error: SalesforceError, forMs: number | null): void {
    const limit = dailyLimitOf(error)
    if (limit === null) return
    this.#store("select sf_shadow.refuse_calls(of_limit => $1, retry_after_ms => $2)", [limit, forMs])
  }

  observeLimits(limits: OrgLimits): Promise<void> {
    const known = Object.entries(limitNames).flatMap(([key, name]) => {
      const limit = limits[key as keyof OrgLimits]
      return limit ? [{ name, used: limit.max - limit.remaining, max: limit.max }] : []
    })
    this.#observed = undefined
    return this.#store(
      "select sf_shadow.limits_to_usage(limit_names => $1, useds => $2, maxima => $3, is_whole => true)",
      [known.map(({ name }) => name), known.map(({ used }) => used), known.map(({ max }) => max)],
    )
  }

  async close(): Promise<void> {
    await this.#storeObserved()
  }

  /** The share that stops calls of a kind, if one does, the longest one; looks at the limits where that is due. */
  async #stopOf(kind: CallKind): Promise<Share | undefined> {
    await this.#refresh()
    const isOver = (share: Share) => {
      const seen = share.limit_name === limitNames.apiRequests ? this.#observed : undefined
      return seen ? share.refused || 100 * seen.used >= seen.max * share.stops_at_percent : share.stopped
    }
    if (!this.#shares.some((share) => share.kind === kind && isOver(share))) return undefined
    if (this.#observed) {
      await this.#storeObserved()
      await this.#refresh()
    }
    const found = longestStop(this.#shares, kind)
    if (found === undefined || this.#resumesInMs(found) > 0) return found
    await this.#look()
    return longestStop(this.#shares, kind)
  }

  #resumesInMs(share: Share): number {
    return share.resumes_in_ms - (performance.now() - this.#sharesAt)
  }

  /** A look that is due but is another process's takes as long as the next reading of the table. */
  #waitMs(share: Share): number {
    return Math.max(Math.ceil(this.#resumesInMs(share)), cachedForMs)
  }

  /** Reads `/limits`, in one process at a time; where that is another one, its result is read later. */
  async #look(): Promise<void> {
    const { pool, log, readLimits } = this.#options
    if (!readLimits) return
    try {
      const { rows } = await pool.query<{ claimed: boolean }>(
        "select sf_shadow.claim_limits_look() as claimed",
      )
      if (!rows[0]?.claimed) return
      await this.observeLimits(await readLimits())
      await this.#refresh()
    } catch (err) {
      // Not even /limits is answered: then it is so, until the next look.
      if (err instanceof SalesforceError) this.#refuse(err, err.retryAfterMs)
      await this.#refresh()
      log.warn(
        { event: "read_limits_failed", err },
        "the org's limits could not be read; what is stopped goes on waiting",
      )
    }
  }

  async #refresh(): Promise<void> {
    await this.#storing
    if (performance.now() - this.#sharesAt < cachedForMs) return
    this.#reading ??= this.#readShares().finally(() => {
      this.#reading = undefined
    })
    await this.#reading
  }

  async #readShares(): Promise<void> {
    try {
      this.#shares = (await this.#options.pool.query<Share>("select * from sf_shadow.budget_state")).rows
      for (const kind of new Set(this.#shares.map((share) => share.kind)))
        this.#stops.tell(kind, longestStop(this.#shares, kind))
    } catch (err) {
      this.#leave(err)
    }
    this.#sharesAt = performance.now()
  }

  #storeObserved(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const usage = this.#observed
    if (usage === undefined) return this.#storing
    this.#storedAt = performance.now()
    return this.#store(
      "select sf_shadow.limits_to_usage(limit_names => $1, useds => $2, maxima => $3, is_whole => false)",
      [[limitNames.apiRequests], [usage.used], [usage.max]],
    ).then(() => {
      if (this.#observed === usage) this.#observed = undefined
    })
  }

  /** Writes in the order of the calls; what was read before counts no more. */
  #store(sql: string, values: unknown[]): Promise<void> {
    this.#storing = this.#storing
      .then(async () => {
        await this.#options.pool.query(sql, values)
        this.#sharesAt = Number.NEGATIVE_INFINITY
      })
      .catch((err) => this.#leave(err))
    return this.#storing
  }

  /** The budget protects; it must not be what keeps a reader from its answer. */
  #leave(err: unknown): void {
    this.#options.log.warn(
      { event: "api_usage_unknown", err },
      "the API usage could not be read or stored; calls go by what was known last",
    )
  }
}
