import { pipeline } from "node:stream/promises"
import { escapeIdentifier } from "pg"
import { from as copyFrom } from "pg-copy-streams"
import type { Connections } from "../connections.ts"
import { countMerged, type MergeCounts } from "../metrics/index.ts"
import { beginTransaction, type OpenTransaction } from "../postgres/transaction.ts"
import { openResultPage } from "../salesforce/bulk_results.ts"
import { CsvGuard } from "../salesforce/csv_guard.ts"
import { SalesforceError } from "../salesforce/errors.ts"
import type { Run } from "./run.ts"

/** A page in the pg_temp.page of its own open transaction, which merges it or is rolled back. */
interface CopiedPage extends OpenTransaction {
  nextLocator: string | null
  /** Whether a text holds what Postgres cannot. */
  hasMarks: boolean
}

/** Which page of which run. */
interface PagePlace {
  run: Run
  /** From 1. */
  number: number
  locator: string | null
}

/**
 * Merges the pages of a driver's runs, one after another, and downloads the next page meanwhile: its locator is
 * known from the headers of the page before. To be closed with its driver.
 */
export class PageMerger {
  readonly #connections: Connections
  readonly #closing = new AbortController()
  readonly #signal: AbortSignal
  #ahead: { place: PagePlace; copied: Promise<CopiedPage> } | undefined

  /** @param signal gives up what is being downloaded */
  constructor(connections: Connections, signal?: AbortSignal) {
    this.#connections = connections
    const closing = this.#closing.signal
    this.#signal = signal ? AbortSignal.any([signal, closing]) : closing
  }

  /**
   * Merges the next page of a run and moves its locator in the transaction that copied the page. A failure
   * anywhere leaves the run as it was before the page.
   *
   * @throws SalesforceError for a page that is cut short, is no CSV, or has fewer rows than it states
   */
  async pageToShadow(run: Run): Promise<void> {
    const number = run.pages + 1
    const page = await this.#take({ run, number, locator: run.locator })
    if (page.nextLocator !== null) this.#readAhead({ run, number: number + 1, locator: page.nextLocator })
    let merged: MergeCounts
    try {
      const { rows } = await page.client.query<MergeCounts>(
        "select * from sf_shadow.bulk_to_shadow(of_run_id => $1, of_page => $2, next_locator => $3, has_marks => $4)",
        [run.run_id, number, page.nextLocator, page.hasMarks],
      )
      merged = rows[0] as MergeCounts
    } catch (error) {
      await page.rollback(error)
      throw error
    }
    await page.commit()
    countMerged(run.object, run.kind, merged)
  }

  /** Gives up the page that is read ahead; resolves when nothing of it is left: neither transaction nor download. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#dropAhead()
  }

  async #dropAhead(): Promise<void> {
    const ahead = this.#ahead
    this.#ahead = undefined
    await ahead?.copied.then(
      (page) => page.rollback(),
      () => {},
    )
  }

  async #take(place: PagePlace): Promise<CopiedPage> {
    const ahead = this.#ahead
    if (ahead?.place.run.job_id !== place.run.job_id || ahead.place.locator !== place.locator) {
      await this.#dropAhead()
      return copyPage(this.#connections, place, this.#signal)
    }
    this.#ahead = undefined
    return ahead.copied
  }

  #readAhead(place: PagePlace): void {
    const copied = copyPage(this.#connections, place, this.#signal)
    // Its failure counts when its turn has come.
    copied.catch(() => {})
    this.#ahead = { place, copied }
  }
}

/** Streams a page from the HTTP body into COPY: never a page in memory. */
async function copyPage(
  { config, pool, session }: Connections,
  { run, number, locator }: PagePlace,
  signal: AbortSignal,
): Promise<CopiedPage> {
  const { job_id: jobId, fields: columns, object } = run
  if (jobId === null || columns === null) throw new Error(`run ${run.run_id} has no job to load from`)
  const page = await openResultPage(session, jobId, { locator, maxRecords: config.bulkPageRows })
  const guard = new CsvGuard({ columns, object, jobId })
  let opened: OpenTransaction | undefined
  try {
    opened = await beginTransaction(pool)
    const { client } = opened
    await client.query("select sf_shadow.open_page(fields => $1)", [columns])
    const names = columns.map(escapeIdentifier).join(", ")
    const copy = client.query(
      copyFrom(`copy pg_temp.page (${names}) from stdin with (format csv, header, force_null (${names}))`),
    )
    await pipeline(page.body, guard, copy, { signal })
    if (guard.records !== page.numberOfRecords) {
      throw new SalesforceError(
        `Page ${number} of bulk job ${jobId} for ${object} states ${page.numberOfRecords} records and brought ${guard.records}. It is loaded again.`,
        { code: "PAGE_INCOMPLETE", retryable: true },
      )
    }
    return { ...opened, nextLocator: page.nextLocator, hasMarks: guard.hasMarks }
  } catch (error) {
    page.body.destroy()
    await opened?.rollback(error)
    throw error
  }
}
