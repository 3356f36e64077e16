const dayMs = 86_400_000

/** A limit per 24 hours: how much there is and how much of it was used. Counts anew a day after the first use. */
class Allowance {
  max: number
  readonly #now: () => number
  #used = 0
  #since = 0

  constructor(max: number, now: () => number) {
    this.max = max
    this.#now = now
  }

  get used(): number {
    if (this.#now() - this.#since >= dayMs) this.#used = 0
    return this.#used
  }

  set used(used: number) {
    if (this.used === 0) this.#since = this.#now()
    this.#used = used
  }
}

/** What the org has used of its limits (REST resource `/limits`). */
export interface Usage {
  apiRequests: Allowance
  bulkQueryJobs: Allowance
  /** Results of bulk queries; set by whoever drives the simulator. */
  bulkQueryStorageMb: Allowance
  /** Query jobs that a client has aborted; no limit of Salesforce's. */
  abortedJobs: number
  /** Change events delivered to subscribers; the Pub/Sub server counts them here. */
  deliveredEvents: Allowance
}

/** The allocations of an Enterprise org, on the org's clock. */
export function newUsage(now: () => number): Usage {
  return {
    apiRequests: new Allowance(100_000, now),
    bulkQueryJobs: new Allowance(10_000, now),
    bulkQueryStorageMb: new Allowance(976_562, now),
    abortedJobs: 0,
    deliveredEvents: new Allowance(25_000, now),
  }
}
