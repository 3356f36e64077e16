import { EventEmitter, once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import pLimit from "p-limit"
import type { Connections } from "../connections.ts"
import { type Next, RunDriver } from "./driver.ts"
import { failureMessage } from "./failure.ts"
import { abortJobOf } from "./renew.ts"
import { type Run, readRun } from "./run.ts"

/** Failures in a row, without progress between them, before a load is given up. */
const patience = 6
/** Another process drives this object's runs: look again after this long. */
const followMs = 500
/** Beside those that merge pages, so many may make their jobs or look at them. */
const besideMerging = 2

/**
 * Connections to Postgres that the loads of one process take at most: each that is driven has its lock and its step, each that
 * merges two pages besides; and two are for the API budget and the clock. With fewer each might wait for another's.
 */
export function connectionsOfLoads(loadConcurrency: number): number {
  return 4 * loadConcurrency + 2 * besideMerging + 2
}

interface LoadsOptions extends Connections {
  signal: AbortSignal
  /** Told of each run as it was found, and after each of its steps. */
  onStep(run: Run): void
}

/**
 * Drives the loads of one process to their ends, side by side: all of them make their bulk jobs, and wait for Salesforce
 * together; who merges next is said by the database (`sf_shadow.take_turn`).
 */
export class SideBySide {
  readonly #options: LoadsOptions
  readonly #places: ReturnType<typeof pLimit>
  readonly #ends = new EventEmitter().setMaxListeners(0)

  constructor(options: LoadsOptions) {
    this.#options = options
    this.#places = pLimit(options.config.loadConcurrency + besideMerging)
  }

  /** Drives a run, or follows the process that does, until it has ended. */
  async driveToEnd(runId: number): Promise<Run> {
    const { signal, onStep } = this.#options
    const driver = new RunDriver(this.#options, runId, {
      signal,
      followMs,
      isLast: (failures) => failures >= patience,
      onStep,
    })
    for (;;) {
      const next = await this.#places(() => driver.drive())
      if (next.is === "ended") break
      await this.#pause(next)
    }
    this.#ends.emit("end")
    const run = await readRun(this.#options, runId)
    onStep(run)
    // Where it was canceled while no service runs, nobody else ends its bulk job.
    if (run.state === "canceled") await abortJobOf(this.#options, run)
    return run
  }

  async #pause(next: Exclude<Next, { is: "ended" }>): Promise<void> {
    const { signal } = this.#options
    if (next.is === "retry") return sleep(this.#pauseBeforeRetry(next), undefined, { signal })
    if (!next.isBehind) return sleep(next.inMs, undefined, { signal })
    const over = new AbortController()
    const either = AbortSignal.any([signal, over.signal])
    try {
      await Promise.race([
        sleep(next.inMs, undefined, { signal: either }),
        once(this.#ends, "end", { signal: either }),
      ])
    } finally {
      over.abort()
    }
  }

  /** Returns how long to wait before a step that failed is tried again, in ms. */
  #pauseBeforeRetry({ run, error, failures }: Extract<Next, { is: "retry" }>): number {
    const waitMs = 500 * 2 ** failures * (0.75 + Math.random() / 2)
    this.#options.log.warn(
      { event: "bulk_to_shadow_retry", object: run.object, run: run.run_id, failures },
      `${failureMessage(error)} Trying again in ${(waitMs / 1000).toFixed(1)} s (${failures} of ${patience}).`,
    )
    return waitMs
  }
}
