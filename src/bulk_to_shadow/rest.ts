import { mayHoldMarks } from "../base/unstorable.ts"
import type { Connections } from "../connections.ts"
import { countMerged, type MergeCounts } from "../metrics/index.ts"
import { transaction } from "../postgres/transaction.ts"
import { type QueryJobRequest, resultGone, unlessResultGone } from "../salesforce/bulk.ts"
import { SalesforceError } from "../salesforce/errors.ts"
import { queryPath } from "../salesforce/query.ts"
import { type RecordPage, readRecordPage } from "../salesforce/records.ts"
import type { Run } from "./run.ts"

/** From more records on a bulk job is the better way (Salesforce's own advice), in records. */
const smallAnswer = 2_000

/**
 * Asks for a queued run's records by REST, and merges the first page: one round trip instead of a bulk job. Where all of them
 * are few they are merged at once, whatever the number of pages, so that nothing is left between two transactions.
 *
 * @param fields as the query selects them
 * @param isWhole whether more than `smallAnswer` records come by REST too: Bulk refuses the object
 * @returns false where they are more, and nothing was merged: a bulk job is to be made
 * @throws SalesforceError where the answer is not whole
 */
export async function answerByRest(
  connections: Connections,
  run: Run,
  query: QueryJobRequest,
  fields: readonly string[],
  isWhole: boolean,
): Promise<boolean> {
  const { session } = connections
  const purpose = `Query of ${run.object} (${run.kind} load)`
  const path = queryPath(session, query.soql, purpose, query.operation)
  const page = await readRecordPage(session, { path, fields, purpose })
  if (page.total > smallAnswer && !isWhole) return false
  if (page.total <= smallAnswer) await readOn(connections, fields, purpose, page).catch(askAnew)
  await mergePage(connections, run, page, fields, {
    sql: "select sf_shadow.begin_rest(of_run_id => $1, of_fields => $2, of_read_from => $3, of_read_to => $4, of_expected => $5) as is_due",
    values: [run.run_id, fields, page.readFrom, page.readTo, page.total],
  })
  return true
}

/**
 * Merges the next page of a run by REST, as a page of a bulk job is merged: with its locator, in one transaction.
 *
 * @throws SalesforceError, code of `resultGone`, where the query's cursor is gone: it is asked anew
 */
export async function restPageToShadow(connections: Connections, run: Run): Promise<void> {
  const { fields, locator: path, object } = run
  if (fields === null || path === null) throw new Error(`run ${run.run_id} has no page to go on with`)
  const purpose = `Page ${run.pages + 1} of ${object}`
  const page = await unlessResultGone(() => readRecordPage(connections.session, { path, fields, purpose }))
  if (page.next === null) assertWhole(purpose, run.received + page.records.length, run.expected ?? 0)
  await mergePage(connections, run, page, fields, {
    sql: "select true as is_due, sf_shadow.extend_read(of_run_id => $1, of_read_to => $2)",
    values: [run.run_id, page.readTo],
  })
}

/** Reads a small answer to its end, into its first page. */
async function readOn(
  { session }: Connections,
  fields: readonly string[],
  purpose: string,
  page: RecordPage,
): Promise<void> {
  for (let path = page.next; path !== null; path = page.next) {
    const { records, next, readTo } = await unlessResultGone(() =>
      readRecordPage(session, { path, fields, purpose }),
    )
    page.records.push(...records)
    page.next = next
    if (readTo > page.readTo) page.readTo = readTo
  }
  assertWhole(purpose, page.records.length, page.total)
}

/** Nothing of the answer is merged: the same step asks for all of it once more. */
export function askAnew(error: unknown): never {
  if (!(error instanceof SalesforceError) || error.code !== resultGone) throw error
  throw error.reworded(error.message, { code: "ANSWER_INCOMPLETE", retryable: true })
}

/** Records that are deleted between two pages do not come; what was asked is asked anew. */
export function assertWhole(purpose: string, received: number, expected: number): void {
  if (received === expected) return
  throw new SalesforceError(`${purpose}: ${received} records came, and the query had found ${expected}`, {
    code: resultGone,
    retryable: true,
  })
}

async function mergePage(
  { pool }: Connections,
  run: Run,
  page: RecordPage,
  fields: readonly string[],
  before: { sql: string; values: unknown[] },
): Promise<void> {
  const json = `[${page.records.join(",")}]`
  const merged = await transaction(pool, async (client) => {
    const begun = await client.query<{ is_due: boolean }>(before.sql, before.values)
    // Where it was canceled meanwhile, or fields were mapped that this answer lacks: it is asked anew.
    if (!begun.rows[0]?.is_due) return undefined
    await client.query("select sf_shadow.json_to_page(fields => $1, records => $2::jsonb)", [fields, json])
    const { rows } = await client.query<MergeCounts>(
      "select * from sf_shadow.bulk_to_shadow(of_run_id => $1, of_page => $2, next_locator => $3, has_marks => $4)",
      [run.run_id, run.pages + 1, page.next, mayHoldMarks(json)],
    )
    return rows[0]
  })
  if (merged !== undefined) countMerged(run.object, run.kind, merged)
}
