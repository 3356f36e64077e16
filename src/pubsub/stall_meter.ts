const tickMs = 100

/** A response may be read from the socket a moment after the stall in which it waited has ended. */
const recentMs = 2_000

/**
 * Measures how long this process did not run (a long computation, SIGSTOP, a suspended machine), so that
 * what was read afterwards is not taken for fresh. Uses the monotonic clock, and the wall clock for
 * suspends, in which the monotonic one stands still.
 */
export class StallMeter {
  #lastTick = performance.now()
  #lastWall = Date.now()
  #stall = { ms: 0, endedAt: 0 }
  readonly #timer = setInterval(() => this.#tick(), tickMs).unref()

  /** Milliseconds this process stood still just before now; 0 when it ran as it should. */
  stalledMs(): number {
    const gap = this.#gapMs()
    const { ms, endedAt } = this.#stall
    return Math.max(gap, performance.now() - endedAt < recentMs ? ms : 0)
  }

  /** Stops the timer. */
  stop(): void {
    clearInterval(this.#timer)
  }

  #gapMs(): number {
    const gap = Math.max(performance.now() - this.#lastTick, Date.now() - this.#lastWall) - tickMs
    return gap > tickMs ? Math.round(gap) : 0
  }

  #tick(): void {
    const gap = this.#gapMs()
    const now = performance.now()
    const isRecent = now - this.#stall.endedAt < recentMs
    if (gap > 0) this.#stall = { ms: Math.max(gap, isRecent ? this.#stall.ms : 0), endedAt: now }
    this.#lastTick = now
    this.#lastWall = Date.now()
  }
}
