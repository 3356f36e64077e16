import fc from "fast-check"
import type { HistoryDatabase } from "./database.ts"
import { type History, histories } from "./history.ts"
import { play } from "./play.ts"
import type { DriverBugs } from "./world.ts"

export interface CheckResult {
  played: number
  seed: number
  /** What went wrong, then all that happened in the history; null when every promise was kept. */
  failure: string | null
  /** The history that failed, made as small as it could be. */
  history: History | null
}

/** Plays random histories until one fails, the number is reached or the time is up. `shrink`: look for a smaller one. */
export async function check(
  database: HistoryDatabase,
  options: { histories: number; seed?: number; timeLimitMs?: number; shrink?: boolean; bugs?: DriverBugs },
): Promise<CheckResult> {
  let playing: Promise<void> = Promise.resolve()
  const property = fc.asyncProperty(histories, (history) => {
    playing = play(history, database, options.bugs)
    return playing
  })
  const details = await fc.check(property, {
    numRuns: options.histories,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.timeLimitMs === undefined ? {} : { interruptAfterTimeLimit: options.timeLimitMs }),
    markInterruptAsFailure: false,
    endOnFailure: options.shrink !== true,
  })
  // When the time is up, the last history still plays; whoever uses the database next would get into its transactions.
  const inTheLast: unknown = await playing.then(
    () => null,
    (error: unknown) => error,
  )
  const error: unknown = details.failed ? details.errorInstance : inTheLast
  return {
    played: details.numRuns,
    seed: details.seed,
    failure: error === null ? null : error instanceof Error ? error.message : String(error),
    history: details.counterexample?.[0] ?? null,
  }
}
