import { setTimeout as sleep } from "node:timers/promises"

/**
 * Looks until `look` gives something, 30 ms apart, and returns that. What is waited for is the state of another
 * process, which tells nobody; hence looking.
 *
 * @param what named by the error when `withinMs` have passed
 * @param look undefined, null and false mean: not yet; what it throws ends the wait
 */
export async function waitFor<T>(
  what: string,
  withinMs: number,
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
): Promise<T> {
  const until = Date.now() + withinMs
  for (;;) {
    const seen = await look()
    if (seen !== undefined && seen !== null && seen !== false) return seen
    if (Date.now() > until) throw new Error(`${what}: not within ${withinMs} ms`)
    await sleep(30)
  }
}
