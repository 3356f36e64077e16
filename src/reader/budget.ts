import type { Pool } from "pg"
import { budgetStopped } from "../salesforce/budget.ts"
import { SalesforceError } from "../salesforce/errors.ts"
import type { ApiUsage } from "../salesforce/http.ts"

const seenForMs = 3_000
/** As sf_shadow.setting.limits_every: the usage of a rolling day falls without notice. */
const lookEveryMs = 300_000
/** As the share of fallback in sf_shadow.budget (rule 14). */
const fallbackPercent = 98

/**
 * The API budget as a reader's role sees it: what the service has found out (view `sf_shadow_api_usage`), and what
 * Salesforce says in its answers to this reader. A reader stores nothing: whoever may read could stop the service's
 * loads by a false figure.
 */
export class ReaderBudget {
  readonly #pool: Pool
  #own: { usage: ApiUsage; at: number } | undefined
  #stop: { reason: string; inMs: number } | undefined
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
    const now = performance.now()
    if (this.#own && now - this.#own.at < lookEveryMs) {
      const { used, max } = this.#own.usage
      if (100 * used >= max * fallbackPercent) {
        const reason = `${used} of ${max} API requests of the last 24 hours are used`
        throw stopped(reason, this.#own.at + lookEveryMs - now)
      }
    }
    if (now - this.#seenAt >= seenForMs) await this.#look()
    if (this.#stop) throw stopped(this.#stop.reason, this.#stop.inMs)
  }

  async #look(): Promise<void> {
    this.#seenAt = performance.now()
    const { rows } = await this.#pool.query<{ reason: string; in_ms: string }>(
      `select reason, (extract(epoch from resumes_at - clock_timestamp()) * 1000)::bigint::text as in_ms
       from public.sf_shadow_api_usage
       where 'fallback' = any (stopped_kinds) and resumes_at > clock_timestamp()
       order by resumes_at desc limit 1`,
    )
    this.#stop = rows[0] && { reason: rows[0].reason, inMs: Number(rows[0].in_ms) }
  }
}

function stopped(reason: string, inMs: number): SalesforceError {
  return new SalesforceError(`Salesforce is not asked: ${reason}`, {
    code: budgetStopped,
    retryable: true,
    retryAfterMs: Math.max(1, Math.min(inMs, seenForMs)),
  })
}
