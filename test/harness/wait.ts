import { setTimeout as sleep } from "node:timers/promises"

/** What a look and the pause after it take on a machine that has time. */
const roundMs = 40
/** How much longer a wait may last on a machine that has none. */
const mostStretched = 4

/**
 * Looks until `look` gives something, 30 ms apart, and returns that. What is waited for is the state of another
 * process, which tells nobody; hence looking. On a busy machine each round takes longer, and so does what is waited
 * for: the deadline is counted in rounds, up to four times as long by the clock.
 *
 * @param what named by the error when `withinMs` have passed
 * @param look undefined, null and false mean: not yet; what it throws ends the wait
 */
export async function waitFor<T>(
  what: string,
  withinMs: number,
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
): Promise<T> {
  const startedAt = performance.now()
  for (let rounds = 1; ; rounds++) {
    const seen = await look()
    if (seen !== undefined && seen !== null && seen !== false) return seen
    const tookMs = performance.now() - startedAt
    if (tookMs > mostStretched * withinMs || (tookMs > withinMs && rounds * roundMs > withinMs)) {
      throw new Error(`${what}: not within ${withinMs} ms (${rounds} looks in ${Math.round(tookMs)} ms)`)
    }
    await sleep(30)
  }
}
