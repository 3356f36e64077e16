/** Salesforce's names, in `/limits`, of the limits of 24 hours that calls are refused for. */
export type DailyLimit = "DailyApiRequests" | "DailyBulkV2QueryJobs" | "DailyBulkV2QueryFileStorageMB"

/** What a refusal is for want of: room at this very moment, or a limit of 24 hours. */
export type RefusedLimit = "concurrent" | DailyLimit

/**
 * Which limit a refused call has met, by Salesforce's own words: one code stands for several, and nothing but the
 * text tells them apart. This is the only place where it is read. A text that is not known counts as the day's, about
 * which `/limits` is asked.
 *
 * REQUEST_LIMIT_EXCEEDED (help 000389067, 000385436): "TotalRequests Limit exceeded.", "ConcurrentRequests (Concurrent
 * API Requests) Limit exceeded.", "ConcurrentPerOrgLongTxn Limit exceeded.", "ConcurrentPerOrgApex Limit exceeded.".
 * LIMIT_EXCEEDED, of bulk queries: "Max bulk v2 query jobs (10000) per 24 hrs has been reached (10021)", "Max bulk v2
 * query result size stored (1000000000) kb per 24 hrs has been exceeded".
 */
export function refusedLimit(code: string, message: string): RefusedLimit | null {
  if (code === "REQUEST_LIMIT_EXCEEDED")
    return /\bConcurrent/i.test(message) ? "concurrent" : "DailyApiRequests"
  if (code !== "LIMIT_EXCEEDED") return null
  return /\bresult size\b/i.test(message) ? "DailyBulkV2QueryFileStorageMB" : "DailyBulkV2QueryJobs"
}
