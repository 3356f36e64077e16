import type { Pool } from "pg"
import { budgetStopped } from "../salesforce/budget_stop.ts"
import { SalesforceError } from "../salesforce/errors.ts"
import type { ApiUsage } from "../salesforce/http.ts"

const seenForMs = 3_000

/** What the database says of readers' own questions (rule 14). */
interface Share {
  /** Why they are stopped, and for how long; null: they are not. */
  reason: string | null
  in_ms: string | null
  /** At which share of the daily requests they stop; null: at none. */
  percent: number | null
  /** For how long a figure counts: the usage of a rolling day falls without notice. */
  counts_for_ms: string
}

/**
 * The API budget as a reader's role sees it: what the service has found out (view `sf_shadow_api_usage`), and what
 * Salesforce says in its answers to this reader. A reader stores nothing: whoever may read could stop the service's
 * loads by a false figure.
 */
export class ReaderBudget {
  readonly #pool: Pool
  #own: { usage: ApiUsage; at: number } | undefined
  #share: Share | undefined
  #seenAt = Number.NEGATIVE_INFINITY

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** Takes what an answer has stated (`Sforce-Limit-Info`). */
  observe(usage: ApiUsage): void {
    this.#own = { usage, at: performance.now() }
  }

  /** @throws SalesforceError, code API_BUDGET_STOPPED, while there is no room for a reader's question */
  async assert(): Promise<void> {
    if (performance.now() - this.#seenAt >= seenForMs) await this.#look()
    if (this.#share === undefined) return
    const { reason, in_ms, percent, counts_for_ms } = this.#share
    if (reason !== null) throw stopped(reason, Number(in_ms))
    if (this.#own === undefined || percent === null) return
    const { usage, at } = this.#own
    const countsForMs = at + Number(counts_for_ms) - performance.now()
    if (countsForMs > 0 && 100 * usage.used >= usage.max * percent) {
      throw stopped(`${usage.used} of ${usage.max} API requests of the last 24 hours are used`, countsForMs)
    }
  }

  async #look(): Promise<void> {
    this.#seenAt = performance.now()
    const { rows } = await this.#pool.query<Share>(
      `select stop.reason, (extract(epoch from stop.resumes_at - clock_timestamp()) * 1000)::bigint::text as in_ms,
         daily.fallback_percent as percent, (extract(epoch from daily.looked_at_every) * 1000)::bigint::text as counts_for_ms
       from public.sf_shadow_api_usage daily
       left join lateral (select u.reason, u.resumes_at from public.sf_shadow_api_usage u
         where 'fallback' = any (u.stopped_kinds) and u.resumes_at > clock_timestamp()
         order by u.resumes_at desc limit 1) stop on true
       where daily.limit_name = 'DailyApiRequests'`,
    )
    this.#share = rows[0]
  }
}

function stopped(reason: string, inMs: number): SalesforceError {
  return new SalesforceError(`Salesforce is not asked: ${reason}`, {
    code: budgetStopped,
    retryable: true,
    retryAfterMs: Math.max(1, Math.min(inMs, seenForMs)),
  })
}
