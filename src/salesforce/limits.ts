import { whileDoing } from "./errors.ts"
import type { Session } from "./session.ts"

/** One limit of the org: how much is allowed in 24 hours and how much of it is left. */
export interface Limit {
  max: number
  remaining: number
}

/** The limits the service lives within (rule 14); null where the org does not state one. */
export interface OrgLimits {
  apiRequests: Limit | null
  bulkQueryJobs: Limit | null
  /** Results of bulk queries, in MB. */
  bulkQueryStorageMb: Limit | null
  /** Change events and platform events delivered to all subscribers together. */
  deliveredEvents: Limit | null
}

/** Reads `/limits`; the call itself counts as one API request. */
export async function readLimits(session: Session): Promise<OrgLimits> {
  const limits: Record<string, { Max: number; Remaining: number } | undefined> = await whileDoing(
    "Read of the org's limits",
    () => session.connection.limits(),
  )
  const limit = (name: string): Limit | null => {
    const found = limits[name]
    return found ? { max: found.Max, remaining: found.Remaining } : null
  }
  return {
    apiRequests: limit("DailyApiRequests"),
    bulkQueryJobs: limit("DailyBulkV2QueryJobs"),
    bulkQueryStorageMb: limit("DailyBulkV2QueryFileStorageMB"),
    deliveredEvents: limit("DailyDeliveredPlatformEvents"),
  }
}
