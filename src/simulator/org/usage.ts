/** What the org has used of its limits in the last 24 hours (REST resource `/limits`). */
export interface Usage {
  apiRequests: { max: number; used: number }
  bulkQueryJobs: { max: number; used: number }
  /** Change events delivered to subscribers; the Pub/Sub server counts them here. */
  deliveredEvents: { max: number; used: number }
}

/** The allocations of an Enterprise org that is not used otherwise. */
export function newUsage(): Usage {
  return {
    apiRequests: { max: 100_000, used: 0 },
    bulkQueryJobs: { max: 10_000, used: 0 },
    deliveredEvents: { max: 25_000, used: 0 },
  }
}
