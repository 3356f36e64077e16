import { pipeline } from "node:stream/promises"
import { escapeIdentifier } from "pg"
import { from as copyFrom } from "pg-copy-streams"
import type { Deps } from "../deps.ts"
import { transaction } from "../postgres/transaction.ts"
import { openResultPage } from "../salesforce/bulk_results.ts"
import { CsvGuard } from "../salesforce/csv_guard.ts"
import { SalesforceError } from "../salesforce/errors.ts"
import type { Run } from "./run.ts"

/**
 * Merges the next page of a run: streamed from the HTTP body into COPY, merged and the locator moved in one
 * transaction, never a page in memory. A failure anywhere leaves the run as it was before the page.
 *
 * @throws SalesforceError for a page that is cut short, is no CSV, or has fewer rows than it states
 */
export async function pageToShadow(
  { config, pool, session }: Deps,
  run: Run,
  signal?: AbortSignal,
): Promise<void> {
  const { job_id: jobId, fields: columns, object, locator } = run
  if (jobId === null || columns === null) throw new Error(`run ${run.run_id} has no job to load from`)
  const page = await openResultPage(session, jobId, { locator, maxRecords: config.bulkPageRows })
  const guard = new CsvGuard({ columns, object, jobId })
  try {
    await transaction(pool, async (client) => {
      await client.query("select sf_shadow.open_page(fields => $1)", [columns])
      const names = columns.map(escapeIdentifier).join(", ")
      const copy = client.query(
        copyFrom(`copy pg_temp.page (${names}) from stdin with (format csv, header, force_null (${names}))`),
      )
      await pipeline(page.body, guard, copy, { signal })
      if (guard.records !== page.numberOfRecords) {
        throw new SalesforceError(
          `Page ${run.pages + 1} of bulk job ${jobId} for ${object} states ${page.numberOfRecords} records and brought ${guard.records}. It is loaded again.`,
          { code: "PAGE_INCOMPLETE", retryable: true },
        )
      }
      await client.query(
        "select sf_shadow.bulk_to_shadow(of_run_id => $1, of_page => $2, next_locator => $3, has_nuls => $4)",
        [run.run_id, run.pages + 1, page.nextLocator, guard.nuls > 0],
      )
    })
  } finally {
    page.body.destroy()
  }
}
