import type { Pool } from "pg"
import type { Log } from "../base/log.ts"
import type { SalesforceClock } from "./clock.ts"

/** How far Salesforce's clock is ahead of the database's, ms. */
export interface ClockOffset {
  atLeastMs: number
  atMostMs: number
}

/** So often at the most is the database told; a change of more than a second is stored (note_salesforce_clock). */
const storedEveryMs = 60_000
/** A process that only follows events has no answers with a date: it asks for one before drift adds up to a second. */
const askedEveryMs = 30 * 60_000

/** What a clock keeper works with. */
export interface ClockKeeperOptions {
  pool: Pool
  log: Log
  clock: SalesforceClock
  /** Makes any call, whose answer tells the time. */
  ask(): Promise<unknown>
}

/** Keeps sf_shadow.salesforce_clock: measures the clocks of Salesforce and of the database against each other. */
export class ClockKeeper {
  readonly #options: ClockKeeperOptions
  /** Undefined until the first login is accepted: an org that is refused tells this database nothing. */
  #storedAt: number | undefined
  #storing: Promise<void> = Promise.resolve()
  readonly #timer: NodeJS.Timeout

  constructor(options: ClockKeeperOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#ask(), askedEveryMs / 3)
    this.#timer.unref()
  }

  /** Called after each answer of Salesforce. */
  observe(): void {
    if (this.#storedAt !== undefined && performance.now() - this.#storedAt >= storedEveryMs) this.store()
  }

  /** Measures and stores; a failure is only logged. */
  store(): Promise<void> {
    const { pool, clock, log } = this.#options
    if (!clock.isKnown) return this.#storing
    this.#storedAt = performance.now()
    this.#storing = this.#storing.then(async () => {
      try {
        const { atLeastMs, atMostMs } = await measureOffset(pool, clock)
        await pool.query(
          "select sf_shadow.note_salesforce_clock(at_least => make_interval(secs => $1), at_most => make_interval(secs => $2))",
          [atLeastMs / 1000, atMostMs / 1000],
        )
      } catch (err) {
        // The next answer is the retry.
        this.#storedAt = Number.NEGATIVE_INFINITY
        log.debug(
          { event: "clock_not_stored", err },
          "the difference of the clocks was not stored; trying again",
        )
      }
    })
    return this.#storing
  }

  /** Resolves when nothing is being stored any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#storedAt = Number.POSITIVE_INFINITY
    await this.#storing
  }

  #ask(): void {
    const { clock, ask, log } = this.#options
    if (!clock.isKnown || clock.ageMs < askedEveryMs) return
    ask().catch((err) =>
      log.debug({ event: "clock_not_read", err }, "Salesforce's time could not be asked for"),
    )
  }
}

/** Measures how far Salesforce's clock is ahead of the database's; no other clock has a part in it. */
export async function measureOffset(pool: Pool, clock: SalesforceClock): Promise<ClockOffset> {
  const sentAt = performance.now()
  const { rows } = await pool.query<{ now_ms: number }>(
    "select extract(epoch from clock_timestamp())::double precision * 1000 as now_ms",
  )
  const [{ now_ms }] = rows as [{ now_ms: number }]
  return {
    atLeastMs: clock.earliest(sentAt).getTime() - now_ms,
    atMostMs: clock.latest().getTime() - now_ms,
  }
}
