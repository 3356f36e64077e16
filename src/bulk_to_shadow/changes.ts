import type { Connections } from "../connections.ts"
import { unlessResultGone } from "../salesforce/bulk.ts"
import { queryPage, queryPath } from "../salesforce/query.ts"
import { queryOf } from "./query.ts"
import { askAnew, assertWhole } from "./rest.ts"
import { callKindOf, type Run } from "./run.ts"

/**
 * Asks for the Ids of all that has changed since the beginning of a delta of a filtered object, whether it meets the filter or not:
 * what did not come with the delta's pages may have left the filter, and is read again (rule 17). It is asked for after them, so
 * that what leaves later is the next delta's.
 *
 * @throws SalesforceError where the answer is not whole; the run stays as it is, and this is asked anew
 */
export async function compareChanges(connections: Connections, run: Run, cursorField: string): Promise<void> {
  const { pool, budget, log } = connections
  await budget.assert(callKindOf(run))
  const ids = await readChangedIds(connections, run, cursorField).catch(askAnew)
  const { rows } = await pool.query<{ marked: number }>(
    "select sf_shadow.compare_changes(of_run_id => $1, changed_ids => $2) as marked",
    [run.run_id, ids],
  )
  const marked = rows[0]?.marked ?? 0
  if (marked > 0)
    log.info(
      { event: "changes_compared", object: run.object, run: run.run_id, changed: ids.length, marked },
      `${marked} records of ${run.object} have changed and did not come with its filter: they are read again`,
    )
}

async function readChangedIds({ session }: Connections, run: Run, cursorField: string): Promise<string[]> {
  const purpose = `Query of what has changed of ${run.object}`
  const { soql, operation } = queryOf(run, ["Id"], cursorField)
  const readPage = (path: string) => unlessResultGone(() => queryPage(session, path, purpose, {}))
  let page = await readPage(queryPath(session, soql, purpose, operation))
  const total = page.totalSize
  const ids = page.records.map(({ Id }) => String(Id))
  while (page.next !== undefined) {
    page = await readPage(page.next)
    for (const { Id } of page.records) ids.push(String(Id))
  }
  assertWhole(purpose, ids.length, total)
  return ids
}
