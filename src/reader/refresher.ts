import type { Pool } from "pg"
import type { Log } from "../base/log.ts"
import type { ReaderMetrics } from "./metrics.ts"
import type { IdsByObject } from "./question.ts"

/** As many as `sf_shadow_refresh` takes at once. */
const idsPerCall = 1_000

/**
 * Asks, in the background, that records be read again by the service (`sf_shadow_refresh`): what comes while a call is
 * under way goes together in the next one.
 */
export class Refresher {
  readonly #pool: Pool
  readonly #failures: ReaderMetrics["failures"]
  readonly #log: Log
  readonly #waiting = new Map<string, Set<string>>()
  #running: Promise<void> | undefined

  constructor(pool: Pool, { failures }: ReaderMetrics, log: Log) {
    this.#pool = pool
    this.#failures = failures
    this.#log = log
  }

  add(ids: IdsByObject): void {
    for (const [object, some] of Object.entries(ids)) {
      if (some.length === 0) continue
      const waiting = this.#waiting.get(object) ?? new Set()
      for (const id of some) waiting.add(id)
      this.#waiting.set(object, waiting)
    }
    this.#start()
  }

  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  #start(): void {
    if (this.#waiting.size === 0 || this.#running) return
    this.#running = this.#flush().finally(() => {
      this.#running = undefined
      this.#start()
    })
  }

  async #flush(): Promise<void> {
    for (;;) {
      const [object, waiting] = this.#waiting.entries().next().value ?? []
      if (object === undefined || waiting === undefined) return
      const ids = [...waiting].slice(0, idsPerCall)
      for (const id of ids) waiting.delete(id)
      if (waiting.size === 0) this.#waiting.delete(object)
      try {
        await this.#pool.query("select public.sf_shadow_refresh(of_object => $1, record_ids => $2)", [
          object,
          ids,
        ])
      } catch (err) {
        // Whoever finds the rows stale next asks again.
        this.#failures.inc({ to: "refresh", reason: String((err as { code?: unknown }).code ?? "UNKNOWN") })
        this.#log.warn(
          { event: "read_refresh_failed", object, err },
          `${ids.length} stale records of ${object} were not queued`,
        )
      }
    }
  }
}
