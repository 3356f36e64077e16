import { pause } from "../base/backoff.ts"
import { Wake } from "../postgres/listen.ts"

/** From the start of one pass to that of the next; and never less than twice what the last one took. */
const passEveryMs = 1_000

/**
 * The patterns that are due, coalesced: each pass over Redis serves every outbox row that was taken before it began.
 */
export class PatternPasses {
  #due = new Map<string, number>()
  #patterns = new Set<string>()
  #running: ReadonlyMap<string, number> = new Map()
  readonly #wake = new Wake()

  /** The patterns of an object's rows up to a number. Without patterns it only keeps their order. */
  add(object: string, upTo: number, patterns: readonly string[]): void {
    this.#due.set(object, upTo)
    for (const pattern of patterns) this.#patterns.add(pattern)
    this.#wake.set()
  }

  /** Whether rows of the object wait for a pass: later ones must not be acknowledged before them. */
  isOutstanding(object: string): boolean {
    return this.#due.has(object) || this.#running.has(object)
  }

  /**
   * Makes the passes until the signal.
   *
   * @param pass clears the patterns; what it throws ends the passes
   * @param done is told for each object up to which number its patterns are cleared
   */
  async run(
    signal: AbortSignal,
    pass: (patterns: readonly string[]) => Promise<void>,
    done: (object: string, upTo: number) => void,
  ): Promise<void> {
    let notBefore = 0
    for (;;) {
      while (this.#due.size === 0 && !signal.aborted) await this.#wake.wait(passEveryMs, signal)
      await pause(Math.max(0, notBefore - performance.now()), signal)
      if (signal.aborted) return
      const patterns = [...this.#patterns]
      this.#running = this.#due
      this.#due = new Map()
      this.#patterns = new Set()
      if (patterns.length > 0) {
        const startedAt = performance.now()
        await pass(patterns)
        notBefore = startedAt + Math.max(passEveryMs, 2 * (performance.now() - startedAt))
      }
      const finished = this.#running
      this.#running = new Map()
      for (const [object, upTo] of finished) done(object, upTo)
    }
  }
}
