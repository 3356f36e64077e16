/** Bounds, from one answer, for Salesforce's clock at any monotonic local time. */
export interface ClockReading {
  /** Not later than Salesforce's true time at the local time `at` (`performance.now()`, ms). */
  earliest(at: number): Date
  /** Not earlier than Salesforce's true time at the local time `at` (`performance.now()`, ms). */
  latest(at: number): Date
  /** When the answer came (`performance.now()`, ms). */
  readonly answeredAt: number
}

const secondMs = 1_000
/** How much faster or slower than true time a clock may run: NTP slews it by 500 ppm at the most. */
const drift = 0.0005

/**
 * What one answer says about Salesforce's clock; undefined when its `Date` header is absent or no date.
 * @param dateHeader the `Date` header (RFC 9110, whole seconds)
 * @param startedAt `performance.now()` before the request was sent, ms
 * @param answeredAt `performance.now()` when the answer's headers had arrived, ms
 */
export function readClock(
  dateHeader: string | undefined,
  startedAt: number,
  answeredAt: number,
): ClockReading | undefined {
  const made = Date.parse(dateHeader ?? "")
  if (Number.isNaN(made)) return undefined
  // At startedAt, earliest is the rule's read_from: Date, less the duration, less one second of tolerance
  // between Salesforce's own servers. Latest adds the second that the header cut off.
  const driftMs = (at: number) => drift * Math.abs(at - answeredAt)
  return {
    earliest: (at) => new Date(Math.floor(made - secondMs + (at - answeredAt) - driftMs(at))),
    latest: (at) => new Date(Math.ceil(made + secondMs + (at - startedAt) + driftMs(at))),
    answeredAt,
  }
}

/**
 * Salesforce's clock as its answers show it. The local wall clock is never asked: it may be wrong by
 * minutes, and "since when is this read right" must be said in Salesforce's time (docs/rules.md).
 *
 * A `Date` header is the time at which an answer was made, cut to whole seconds. That moment lies
 * somewhere between the start and the end of the request, so one answer gives
 * `Date <= true time at the end` and `true time at the start < Date + 1 s`.
 */
export class SalesforceClock {
  #last: ClockReading | undefined

  /** Learns from one answer (arguments as for `readClock`); an answer without a date changes nothing. */
  observe(dateHeader: string | undefined, startedAt: number, endedAt: number): void {
    // Only the newest answer counts, so that the drift of the local clock cannot add up.
    this.#last = readClock(dateHeader, startedAt, endedAt) ?? this.#last
  }

  /** Whether an answer has told the time yet. */
  get isKnown(): boolean {
    return this.#last !== undefined
  }

  /** How long ago the last answer told the time, ms; infinity before the first. */
  get ageMs(): number {
    return this.#last === undefined ? Number.POSITIVE_INFINITY : performance.now() - this.#last.answeredAt
  }

  /** Never later than Salesforce's true time at a local one (`performance.now()`, ms). Throws before the first answer. */
  earliest(at = performance.now()): Date {
    return this.#reading().earliest(at)
  }

  /** Never earlier than Salesforce's true time now. Throws before the first answer. */
  latest(): Date {
    return this.#reading().latest(performance.now())
  }

  /**
   * Salesforce's time now, for figures, not for decisions: the local clock where it is within what the answers allow,
   * else the nearest they do.
   */
  estimate(): Date {
    const local = Date.now()
    if (!this.isKnown) return new Date(local)
    return new Date(Math.min(Math.max(local, this.earliest().getTime()), this.latest().getTime()))
  }

  #reading(): ClockReading {
    if (this.#last) return this.#last
    throw new Error("Salesforce's time is not known yet: no answer with a Date header has arrived")
  }
}
