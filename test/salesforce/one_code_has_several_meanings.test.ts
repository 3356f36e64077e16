import assert from "node:assert/strict"
import { test } from "node:test"
import { errorFromAnswer } from "../../src/salesforce/errors.ts"
import { mayPassAnew } from "../../src/salesforce/job_failure.ts"
import { refusedLimit } from "../../src/salesforce/limit_refusal.ts"

const daily = "DailyApiRequests"

test("a refused call names its limit: Salesforce's texts, and for unknown ones the day's, about which /limits is asked", () => {
  const texts: [string, string, string | null][] = [
    ["REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", daily],
    ["REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.", "concurrent"],
    ["REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded.", "concurrent"],
    ["REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.", "concurrent"],
    ["REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgApex Limit exceeded.", "concurrent"],
    ["REQUEST_LIMIT_EXCEEDED", "", daily],
    [
      "LIMIT_EXCEEDED",
      "Max bulk v2 query jobs (10000) per 24 hrs has been reached (10021)",
      "DailyBulkV2QueryJobs",
    ],
    [
      "LIMIT_EXCEEDED",
      "Max bulk v2 query result size stored (1000000000) kb per 24 hrs has been exceeded",
      "DailyBulkV2QueryFileStorageMB",
    ],
    ["EXCEEDED_ID_LIMIT", "600,000 ids", null],
  ]
  for (const [code, message, limit] of texts) {
    assert.equal(refusedLimit(code, message), limit, message)
    const status = code === "REQUEST_LIMIT_EXCEEDED" ? 403 : 400
    const error = errorFromAnswer("Test", { status, text: JSON.stringify([{ errorCode: code, message }]) })
    assert.deepEqual([error.refused, error.retryable], [limit, limit !== null])
    assert.equal(/24 hours/.test(error.message), limit !== null && limit !== "concurrent", error.message)
  }
})

test("codes that pass are told from those that somebody has to mend", () => {
  const codes: [number, string, boolean][] = [
    [400, "QUERY_TIMEOUT", true],
    [400, "UNABLE_TO_LOCK_ROW", true],
    [503, "SERVER_UNAVAILABLE", true],
    [403, "API_CURRENTLY_DISABLED", true],
    [404, "URL_NOT_RESET", true],
    [403, "API_DISABLED_FOR_ORG", false],
    [400, "EXCEEDED_ID_LIMIT", false],
    [400, "INVALID_FIELD", false],
  ]
  for (const [status, errorCode, passes] of codes) {
    const text = JSON.stringify([{ errorCode, message: "a test" }])
    assert.equal(errorFromAnswer("Test", { status, text }).retryable, passes, errorCode)
  }
})

test("a failed job may pass anew unless its query is what Salesforce refuses", () => {
  const passing = [
    null,
    "QUERY_TIMEOUT: Your query request was running for too long.",
    "Unexpected exception",
    "InternalServerError : Retried more than 15 times",
    "UNKNOWN_EXCEPTION: An unexpected error occurred.",
  ]
  for (const text of passing) assert.equal(mayPassAnew(text), true, String(text))
  const refused = [
    "INVALID_FIELD: No such column 'Nom' on entity 'Product2'",
    "MALFORMED_QUERY: unexpected token: fro",
    "INVALIDENTITY: Entity 'X' is not supported by the Bulk API",
    "Implementation restriction: aggregate queries",
    "FUNCTIONALITY_NOT_ENABLED: Failed to process query",
  ]
  for (const text of refused) assert.equal(mayPassAnew(text), false, text)
})
