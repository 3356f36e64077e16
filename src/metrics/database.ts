import type { Pool } from "pg"
import { Gauge } from "prom-client"
import { registry } from "./index.ts"

/** One look serves every scraper that comes within this time. */
const shownForMs = 2_000
/** A scraper gives up after 10 s by default: what is not there by then is said to have failed. */
const patienceMs = 5_000

type Row = Record<string, unknown>
/** What is asked of one view, and the rows of the last look; undefined where it failed. */
interface Asked {
  view: string
  query: string
  rows: Row[] | undefined
}

/** Labels and value of a gauge for one row; a null value shows no sample. */
export type Sample = readonly [labels: Record<string, string>, value: number | null]

/** A gauge fed from rows of a view. */
export interface ViewGauge<R> {
  name: string
  help: string
  labels: readonly string[]
  samples(row: R): readonly Sample[]
}

/** A look at every view. A query that does not come back keeps the next look from starting: one is stuck at most. */
interface Look {
  ended: Promise<void>
  /** When its last query had come back; undefined while one is out. */
  endedAt?: number
}

let source: Pool | undefined
const asked: Asked[] = []
let looking: Look | undefined
let lookSeconds = 0

/** Lets /metrics of this process show the database's figures, whichever process they come from. */
export function showDatabase(pool: Pool): void {
  source = pool
  looking = undefined
}

/**
 * Registers the gauges of a view, all fed by one query. A query that fails costs its own gauges only, and shows in
 * sf_shadow_scrape_failed: the metrics of the process must show while the database is down.
 *
 * @param view for people, in the label of sf_shadow_scrape_failed
 * @param query one query, whose rows are R
 */
export function viewGauges<R extends object>(view: string, query: string, gauges: ViewGauge<R>[]): void {
  const question: Asked = { view, query, rows: [] }
  asked.push(question)
  for (const { name, help, labels, samples } of gauges) {
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      async collect() {
        await look()
        this.reset()
        for (const [labelled, value] of (question.rows ?? []).flatMap((row) => samples(row as R)))
          if (value !== null) this.set(labelled, value)
      },
    })
  }
}

/** Resolves when every view has been asked within the last two seconds, or has failed; never rejects. */
function look(): Promise<void> {
  const pool = source
  if (pool === undefined) return Promise.resolve()
  const isCurrent =
    looking && (looking.endedAt === undefined || performance.now() - looking.endedAt < shownForMs)
  if (looking && isCurrent) return looking.ended
  const next: Look = { ended: Promise.resolve() }
  looking = next
  next.ended = askAll(pool, () => {
    next.endedAt = performance.now()
  })
  return next.ended
}

/**
 * One query after the other, on one connection of the pool at a time: a scrape must not crowd out the work.
 * Resolves after `patienceMs` at the latest; `onEnd` is called when no query is out any more.
 */
async function askAll(pool: Pool, onEnd: () => void): Promise<void> {
  const startedAt = performance.now()
  const late = new Promise<void>((resolve) => {
    setTimeout(resolve, patienceMs).unref()
  })
  for (const question of asked) question.rows = undefined
  const asking = (async () => {
    for (const question of asked) {
      if (performance.now() - startedAt > patienceMs) break
      question.rows = await ask(pool, question.query)
    }
    lookSeconds = (performance.now() - startedAt) / 1000
    onEnd()
  })()
  await Promise.race([asking, late])
}

function ask(pool: Pool, query: string): Promise<Row[] | undefined> {
  return pool.query<Row>(query).then(
    ({ rows }) => rows,
    () => undefined,
  )
}

new Gauge({
  name: "sf_shadow_scrape_failed",
  help: "1 where the database's figures of this view could not be read, 0 where they could; its other metrics are then absent.",
  labelNames: ["view"] as const,
  registers: [registry],
  async collect() {
    await look()
    if (source === undefined) return
    for (const { view, rows } of asked) this.set({ view }, rows === undefined ? 1 : 0)
  },
})

new Gauge({
  name: "sf_shadow_scrape_duration_seconds",
  help: "How long the last look at the database's figures took, all views together.",
  registers: [registry],
  async collect() {
    await look()
    if (source !== undefined) this.set(lookSeconds)
  },
})
