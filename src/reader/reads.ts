import { isDeepStrictEqual } from "node:util"
import type { Log } from "../base/log.ts"
import type { ReaderCache } from "./cache.ts"
import type { Gate } from "./gate.ts"
import type { ReaderMetrics } from "./metrics.ts"
import type { ReaderMode } from "./mode.ts"
import type { Answered, Held, Question } from "./question.ts"
import type { Refresher } from "./refresher.ts"
import type { SalesforceTime } from "./salesforce_time.ts"
import { SingleFlight } from "./single_flight.ts"
import type { Row } from "./values.ts"

/** Where an answer came from. */
export type ReadSource = "cache" | "shadow" | "salesforce"

/** Rows with what is known of their age. */
export interface Answer<R> {
  rows: R[]
  source: ReadSource
  freshAsOf: Date | null
  ageMs: number | null
  stale: boolean
  reason: string | null
}

/** What reads are made with. */
export interface ReadsOptions {
  mode: ReaderMode
  staleAfterMs: number
  cache: ReaderCache | null
  /** Null: Salesforce is never asked. */
  gate: Gate | null
  refresher: Refresher
  time: SalesforceTime
  metrics: ReaderMetrics
  log: Log
}

/** How long an answer of Salesforce is cached, ms: it may still lack a commit whose invalidation has passed. */
const answerTtlMs = 60_000

/** The order in which a question is answered: cache, shadow, Salesforce; or Salesforce first (see ReaderMode). */
export class Reads {
  readonly #options: ReadsOptions
  readonly #asking = new SingleFlight()
  readonly #background = new Set<Promise<unknown>>()

  constructor(options: ReadsOptions) {
    this.#options = options
  }

  async read<R extends Row>(question: Question<R>): Promise<Answer<R>> {
    const { mode, gate, metrics } = this.#options
    const live = mode === "live" && gate !== null
    const answer = live ? await this.#liveFirst(question) : await this.#shadowFirst(question)
    metrics.reads.inc({ object: question.object, source: answer.source, stale: answer.stale ? "yes" : "no" })
    return answer
  }

  /** Resolves when comparisons, refreshes and fills in the background are done. */
  async idle(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background)
    await this.#options.refresher.idle()
  }

  async #shadowFirst<R extends Row>(question: Question<R>): Promise<Answer<R>> {
    const { staleAfterMs, mode, time } = this.#options
    const cache = this.#cacheOf(question)
    const cached = await cache?.get<R>(question.key)
    const cachedAgeMs = cached ? Math.max(0, (await time.now()) - cached.freshAsOf) : 0
    const isUsable = cached && cachedAgeMs <= staleAfterMs
    const answer: Answer<R> = isUsable
      ? {
          rows: cached.rows,
          source: "cache",
          freshAsOf: new Date(cached.freshAsOf),
          ageMs: cachedAgeMs,
          stale: false,
          reason: null,
        }
      : await this.#throughShadow(question)
    if (mode === "compare" && this.#options.gate && answer.source !== "salesforce") {
      this.#inBackground(question, async () => {
        await this.#compare(
          question,
          answer.rows,
          answer.freshAsOf?.getTime() ?? null,
          await this.#ask(question),
        )
      })
    }
    return answer
  }

  async #throughShadow<R extends Row>(question: Question<R>): Promise<Answer<R>> {
    const { staleAfterMs, gate, refresher } = this.#options
    const cache = this.#cacheOf(question)
    // Before anything is read: an invalidation from here on refuses the fill.
    const token = (await cache?.begin(question.key)) ?? null
    const held = await question.fromShadow(staleAfterMs)
    const isMissing = !question.isList && held.rows.length === 0
    const isStale = held.ageMs === null || held.ageMs > staleAfterMs
    if (!isStale && !isMissing) {
      this.#fill(question, token, held, staleAfterMs - (held.ageMs ?? 0))
      return fromHeld(held, false, held.reason)
    }
    refresher.add(held.staleIds)
    if (!gate) return fromHeld(held, isStale, isStale ? held.reason : null)
    try {
      const answered = await this.#ask(question)
      refresher.add(idsWithout(answered, held))
      this.#fill(question, token, answered, Math.min(answerTtlMs, staleAfterMs))
      return fromAnswered(answered, await this.#options.time.now())
    } catch (error) {
      const reasons = [
        held.reason ?? (isMissing ? `the shadow has no ${question.what}` : null),
        messageOf(error),
      ]
      return fromHeld(held, true, reasons.filter((reason) => reason !== null).join("; "))
    }
  }

  async #liveFirst<R extends Row>(question: Question<R>): Promise<Answer<R>> {
    const { staleAfterMs } = this.#options
    try {
      const answered = await this.#ask(question)
      this.#inBackground(question, async () => {
        const held = await question.fromShadow(staleAfterMs)
        await this.#compare(question, held.rows, held.freshAsOf, answered)
      })
      return fromAnswered(answered, await this.#options.time.now())
    } catch (error) {
      const held = await question.fromShadow(staleAfterMs)
      const isStale = held.ageMs === null || held.ageMs > staleAfterMs
      const isMissing = !question.isList && held.rows.length === 0
      return fromHeld(held, isStale || isMissing, messageOf(error))
    }
  }

  /** One question to Salesforce per key at a time; counts what fails. */
  #ask<R extends Row>(question: Question<R>): Promise<Answered<R>> {
    const gate = this.#options.gate as Gate
    return this.#asking.run(question.key, async () => {
      try {
        return await question.toRows(await gate.ask(await question.prepare()))
      } catch (error) {
        this.#options.metrics.failures.inc({ to: "salesforce", reason: codeOf(error) })
        throw error
      }
    })
  }

  /** Counts a difference between the two sides, and has the records read again where the shadow was wrong. */
  async #compare<R extends Row>(
    question: Question<R>,
    rows: R[],
    freshAsOf: number | null,
    answered: Answered<R>,
  ): Promise<void> {
    const { metrics, refresher, log } = this.#options
    const { object, what } = question
    const [shadow, salesforce] = await Promise.all([
      question.comparable(rows),
      question.comparable(answered.rows),
    ])
    metrics.compared.inc({ object })
    if (isDeepStrictEqual(shadow, salesforce)) return
    const late = isLate(rows, freshAsOf, answered)
    metrics.mismatches.inc({ object, late: late ? "yes" : "no" })
    if (late) return
    refresher.add(answered.ids)
    log.warn(
      { event: "read_mismatch", object, key: question.key },
      `${what}: the shadow differs from Salesforce, although it claims to hold this version; it is read again`,
    )
  }

  #fill<R extends Row>(
    question: Question<R>,
    token: string | null,
    answer: { rows: R[]; freshAsOf: number | null },
    ttlMs: number,
  ): void {
    const cache = this.#cacheOf(question)
    const { rows, freshAsOf } = answer
    if (!cache || token === null || freshAsOf === null || ttlMs < 1) return
    this.#inBackground(question, () => cache.fill(question.key, token, { rows, freshAsOf }, ttlMs))
  }

  #cacheOf({ isCached }: { isCached: boolean }): ReaderCache | null {
    return isCached ? this.#options.cache : null
  }

  #inBackground(question: { what: string }, work: () => Promise<void>): void {
    const running = work()
      .catch((err) => this.#options.log.debug({ event: "read_background_failed", err }, question.what))
      .finally(() => this.#background.delete(running))
    this.#background.add(running)
  }
}

function fromHeld<R extends Row>(held: Held<R>, stale: boolean, reason: string | null): Answer<R> {
  const { rows, freshAsOf, ageMs } = held
  return { rows, source: "shadow", freshAsOf: dateOf(freshAsOf), ageMs, stale, reason }
}

function fromAnswered<R extends Row>({ rows, freshAsOf }: Answered<R>, nowMs: number): Answer<R> {
  const ageMs = Math.max(0, nowMs - freshAsOf)
  return { rows, source: "salesforce", freshAsOf: new Date(freshAsOf), ageMs, stale: false, reason: null }
}

/** Records that Salesforce has and the shadow lacks. */
function idsWithout<R extends Row>(answered: Answered<R>, held: Held<R>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(answered.ids).map(([object, ids]) => [
      object,
      ids.filter((id) => !held.ids[object]?.includes(id)),
    ]),
  )
}

/**
 * Whether a difference may be a change that one side cannot show yet: younger than what the shadow claims to hold,
 * or than what a query shows for sure. When a record was deleted is not known, so that one counts as late.
 */
function isLate<R extends Row>(rows: R[], freshAsOf: number | null, answered: Answered<R>): boolean {
  if (freshAsOf === null) return true
  const times = timesById(answered.rows)
  const held = timesById(rows)
  if ([...held.keys()].some((id) => !times.has(id))) return true
  const newest = Math.max(...times.values(), ...held.values())
  return newest >= Math.min(freshAsOf, answered.freshAsOf)
}

/** Times of the versions of rows and of the rows within them, by id. */
function timesById(rows: Row[]): Map<unknown, number> {
  const all = rows.flatMap((row) => [row, ...((row.prices as Row[] | undefined) ?? [])])
  return new Map(all.map((row) => [row.raw_payload.Id, Date.parse(row.updated_at)]))
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? "UNUSABLE_ANSWER")
}
