import { SalesforceError } from "../salesforce/errors.ts"
import type { Run } from "./run.ts"

/**
 * The query of a run, of its bulk job or by REST: all of the object, or what has changed since a delta's beginning; of a filtered
 * object what of that meets its filter.
 *
 * @param fields Salesforce fields, in the order of the page's columns
 * @param cursorField the field by which a delta finds what has changed
 * @param filter a SOQL condition; null: every record
 * @throws SalesforceError, code DELTA_WITHOUT_SINCE, where a delta has no time to begin at: its query would be for the
 *   whole object, with what was deleted in it
 */
export function queryOf(
  run: Pick<Run, "run_id" | "object" | "kind" | "since">,
  fields: readonly string[],
  cursorField = "SystemModstamp",
  filter: string | null = null,
): { object: string; soql: string; operation: "query" | "queryAll" } {
  const { object } = run
  const soql = `select ${fields.join(", ")} from ${object}`
  // A full load must not count what was deleted.
  if (run.kind !== "delta")
    return { object, soql: filter === null ? soql : `${soql} where ${filter}`, operation: "query" }
  const since: unknown = run.since
  if (!(since instanceof Date) || Number.isNaN(since.getTime())) {
    throw new SalesforceError(
      `Run ${run.run_id} is a delta of ${object} without a time to begin at (${since}): nothing was asked for. Run a backfill of ${object} instead.`,
      { code: "DELTA_WITHOUT_SINCE", retryable: false },
    )
  }
  const changed = `${soql} where ${cursorField} >= ${since.toISOString()}`
  return { object, soql: filter === null ? changed : `${changed} and (${filter})`, operation: "queryAll" }
}
