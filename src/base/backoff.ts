import { setTimeout as sleep } from "node:timers/promises"

/** Exponential pauses between attempts, with jitter so that many clients do not return at once. */
export class Backoff {
  readonly #startMs: number
  readonly #capMs: number
  #failures = 0

  /** First pause and longest pause, in milliseconds. */
  constructor(startMs = 250, capMs = 60_000) {
    this.#startMs = startMs
    this.#capMs = capMs
  }

  /** Attempts that failed since the last success. */
  get failures(): number {
    return this.#failures
  }

  /** Counts a failure and answers the next pause: between half and all of start x 2^failures, at most the cap. */
  nextMs(): number {
    const fullMs = Math.min(this.#capMs, this.#startMs * 2 ** Math.min(this.#failures++, 30))
    return fullMs * (0.5 + Math.random() / 2)
  }

  /** After a success. */
  reset(): void {
    this.#failures = 0
  }
}

/** Waits, or returns early when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
