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

export interface CheckOptions {
  histories: number
  seed?: number | undefined
  /** Where among those of the seed to begin: "192" is the 193rd, "192:0:3" a smaller one made of it. */
  path?: string | undefined
  timeLimitMs?: number
  /** Whether a smaller history is looked for that fails as well, which may take much longer than to find the first. */
  shrink?: boolean
  /** Called after each history, the smaller ones too, with what went wrong in it, or null. */
  onPlayed?: (failure: string | null) => void
  bugs?: DriverBugs
}

/** Plays random histories until one fails, the number is reached or the time is up. */
export async function check(database: HistoryDatabase, options: CheckOptions): Promise<CheckResult> {
  let playing: Promise<void> = Promise.resolve()
  const property = fc.asyncProperty(histories, (history) => {
    playing = play(history, database, options.bugs)
    playing.then(
      () => options.onPlayed?.(null),
      (error) => options.onPlayed?.(error instanceof Error ? error.message : String(error)),
    )
    return playing
  })
  const details = await fc.check(property, {
    numRuns: options.histories,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.path === undefined ? {} : { path: options.path }),
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
