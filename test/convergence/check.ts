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
  const property = fc.asyncProperty(histories, (history) => play(history, database, options.bugs))
  const details = await fc.check(property, {
    numRuns: options.histories,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.timeLimitMs === undefined ? {} : { interruptAfterTimeLimit: options.timeLimitMs }),
    markInterruptAsFailure: false,
    endOnFailure: options.shrink !== true,
  })
  const error = details.errorInstance
  return {
    played: details.numRuns,
    seed: details.seed,
    failure: details.failed ? (error instanceof Error ? error.message : String(error)) : null,
    history: details.counterexample?.[0] ?? null,
  }
}
