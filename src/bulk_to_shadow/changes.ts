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
  const { pool, session, budget, log } = connections
  await budget.assert(callKindOf(run))
  const purpose = `Query of what has changed of ${run.object}`
  const { soql, operation } = queryOf(run, ["Id"], cursorField)
  const ids: string[] = []
  let total = 0
  for (let path: string | undefined = queryPath(session, soql, purpose, operation); path !== undefined; ) {
    const at: string = path
    const page = await unlessResultGone(() => queryPage(session, at, purpose, {})).catch(askAnew)
    if (ids.length === 0) total = page.totalSize
    for (const { Id } of page.records) ids.push(String(Id))
    path = page.next
  }
  try {
    assertWhole(purpose, ids.length, total)
  } catch (error) {
    askAnew(error)
  }
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
