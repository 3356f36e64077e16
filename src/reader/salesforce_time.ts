import type { Pool } from "pg"
import type { SalesforceClock } from "../salesforce/clock.ts"

/** The database is asked again after this long, ms. */
const knownForMs = 60_000

/**
 * Now on Salesforce's clock, by which the age of an answer is told: this machine's may be minutes off. Known from
 * Salesforce's own answers, else from the database.
 */
export class SalesforceTime {
  readonly #pool: Pool
  readonly #clock: SalesforceClock | null
  #known: { nowMs: number; at: number } | undefined
  #asking: Promise<void> | undefined

  /** @param clock of the session with Salesforce; null where there is none */
  constructor(pool: Pool, clock: SalesforceClock | null) {
    this.#pool = pool
    this.#clock = clock
  }

  /** Epoch ms, never earlier than it is; by the local clock only where neither of the two has ever answered. */
  async now(): Promise<number> {
    if (this.#clock?.isKnown) return this.#clock.latest().getTime()
    if (this.#known === undefined) await this.#ask()
    else if (performance.now() - this.#known.at > knownForMs) this.#ask()
    return this.#known ? this.#known.nowMs + performance.now() - this.#known.at : Date.now()
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#pool
      .query<{ now_ms: number }>(
        "select extract(epoch from public.sf_shadow_salesforce_now())::double precision * 1000 as now_ms",
      )
      .then(
        ({ rows: [row] }) => {
          if (row) this.#known = { nowMs: row.now_ms, at: performance.now() }
        },
        () => {},
      )
      .finally(() => {
        this.#asking = undefined
      })
    return this.#asking
  }
}
