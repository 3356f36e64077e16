import { randomUUID } from "node:crypto"
import type { Pool } from "pg"
import { pause } from "../../base/backoff.ts"
import type { Log } from "../../base/log.ts"
import { databaseAddress, describeDatabaseFault } from "../../postgres/fault.ts"
import { Wake, whileListening } from "../../postgres/listen.ts"
import { type Probe, type Readiness, readiness } from "../readiness.ts"
import { attentionOf } from "./attention.ts"
import { headlineOf } from "./headline.ts"
import { readSnapshot } from "./read_snapshot.ts"
import type { Snapshot, Status } from "./snapshot.ts"

/** Between two reads, however many changes are notified; a slow database is given four times what a read took. */
const leastPauseMs = 1_000
/** Without a notification: runs, jobs and streams move without one. */
const everyMs = 5_000
const checksEveryMs = 10_000

type Watcher = (status: Status) => void

export interface LiveStatusParts {
  databaseUrl: string
  pool: Pool
  probes: readonly Probe[]
  /** Of the page's files. */
  version: string
  log: Log
  /** Told of every snapshot that was read. */
  onSnapshot(snapshot: Snapshot): void
}

/**
 * Reads the status for all watchers at once: after each notification of a change, and every few seconds. Neither
 * listens nor reads while nobody watches.
 */
export class LiveStatus {
  readonly #parts: LiveStatusParts
  readonly #watchers = new Set<Watcher>()
  readonly #wake = new Wake()
  #watching: AbortController | undefined
  #ended: Promise<void> = Promise.resolve()
  #latest: Status | undefined
  #snapshot: Snapshot | undefined
  #fault: Status["fault"] = null
  #checks: { at: number; found: Readiness["checks"] } = { at: Number.NEGATIVE_INFINITY, found: {} }

  constructor(parts: LiveStatusParts) {
    this.#parts = parts
  }

  /** Calls `watcher` with each status from now on, the present one first. The returned function ends that. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher)
    if (this.#latest !== undefined) watcher(this.#latest)
    if (this.#watching === undefined) {
      this.#watching = new AbortController()
      const { signal } = this.#watching
      // The watch before this one may still be reading.
      this.#ended = this.#ended.then(() => this.#work(signal))
    }
    return () => {
      if (this.#watchers.delete(watcher) && this.#watchers.size === 0) this.#rest()
    }
  }

  async stop(): Promise<void> {
    this.#watchers.clear()
    this.#rest()
    await this.#ended
  }

  #rest(): void {
    this.#watching?.abort()
    this.#watching = undefined
    // It would be old when somebody watches again; the snapshot is kept for the case that the database is away then.
    this.#latest = undefined
  }

  async #work(signal: AbortSignal): Promise<void> {
    const listening = this.#listen(signal)
    while (!signal.aborted) {
      const startedAt = performance.now()
      await this.#look(signal).catch((err) =>
        // A fault of the page must never be one of the service.
        this.#parts.log.error(
          { event: "status_page_failed", err },
          "the status page could not show its status",
        ),
      )
      const pauseMs = Math.min(Math.max(leastPauseMs, 4 * (performance.now() - startedAt)), everyMs)
      await pause(pauseMs, signal)
      await this.#wake.wait(everyMs - pauseMs, signal)
    }
    await listening
  }

  #listen(signal: AbortSignal): Promise<void> {
    const { databaseUrl, log } = this.#parts
    // A name of its own: every process that has a page open listens.
    const options = {
      databaseUrl,
      channel: "sf_shadow_changed",
      name: `status page ${randomUUID()}`,
      signal,
      log,
    }
    return whileListening(options, async (heard, lost) => {
      while (!lost.aborted) {
        await heard.wait(60_000, lost)
        this.#wake.set()
      }
    })
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { pool, databaseUrl } = this.#parts
    // A host that swallows packets is noticed by silence, long before the attempt to reach it ends.
    const late = setTimeout(() => this.#fail(new Error("no answer within 5 s"), signal), 5_000)
    try {
      const [snapshot] = await Promise.all([readSnapshot(pool), this.#check()])
      this.#snapshot = snapshot
      this.#fault = null
      this.#parts.onSnapshot(snapshot)
      this.#publish(signal)
    } catch (error) {
      this.#fail(new Error(describeDatabaseFault(databaseUrl, error).message, { cause: error }), signal)
    } finally {
      clearTimeout(late)
    }
  }

  #fail({ message, cause }: Error, signal: AbortSignal): void {
    this.#parts.log.debug(
      { event: "status_not_read", err: cause ?? message },
      "the status page cannot be fed",
    )
    this.#fault = { since: this.#fault?.since ?? new Date().toISOString(), message }
    this.#publish(signal)
  }

  async #check(): Promise<void> {
    if (performance.now() - this.#checks.at < checksEveryMs) return
    const { checks } = await readiness(this.#parts.probes)
    this.#checks = { at: performance.now(), found: checks }
  }

  #publish(signal: AbortSignal): void {
    if (signal.aborted) return
    const { version, databaseUrl } = this.#parts
    const snapshot = this.#snapshot ?? null
    const attention = snapshot === null ? [] : attentionOf(snapshot, this.#checks.found)
    const headline =
      this.#fault !== null || snapshot === null
        ? { tone: "problem" as const, text: "The database does not answer." }
        : headlineOf(snapshot, attention)
    this.#latest = {
      version,
      database: databaseAddress(databaseUrl),
      headline,
      attention,
      fault: this.#fault,
      snapshot,
    }
    for (const watcher of this.#watchers) watcher(this.#latest)
  }
}
