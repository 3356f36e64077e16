import { test } from "node:test"
import { playHistory } from "./history.ts"

/**
 * Plays histories, several at once: each has an org, a database and a service process of its own, and much of its
 * time is waiting.
 */
export function playHistories(seeds: readonly number[], atOnce: number): void {
  test("histories", { concurrency: atOnce }, async (t) => {
    await Promise.all(
      seeds.map((seed) =>
        t.test(`history ${seed}`, async (inner) => {
          console.log(JSON.stringify(await playHistory(inner, seed)))
        }),
      ),
    )
  })
}
