import type { Connections } from "../connections.ts"
import { countError } from "../metrics/index.ts"
import type { SalesforceError } from "../salesforce/errors.ts"
import { advanceRun } from "./advance.ts"
import { failureMessage, judgeFailure } from "./failure.ts"
import { PageMerger } from "./page.ts"
import { renewJob } from "./renew.ts"
import { isFinal, type Run, RunGoneError, readRun, whileDriving } from "./run.ts"

/**
 * What is next for a run. ended: nothing. due: its next step, after so many milliseconds; isBehind: or when another load has
 * ended, for which it waits. retry: the same step again, for its failure may pass; failures in a row, without a step between them.
 */
export type Next =
  | { is: "ended" }
  | { is: "due"; inMs: number; isBehind?: boolean }
  | { is: "retry"; run: Run; error: unknown; failures: number }

/** In what the drivers of a command and of a task differ. */
export interface DriverOptions {
  /** Ends the drive between two steps, and what is being downloaded. */
  signal?: AbortSignal | undefined
  /** How long to wait while another process drives the object's runs, in ms. */
  followMs: number
  /** Whether the run is given up at so many failures in a row, of those that may pass. */
  isLast(failures: number): boolean
  /** Told of the run as it was found, and after each step. */
  onStep?(run: Run): void
}

/** Drives one run, as a command and as a task do. */
export class RunDriver {
  readonly #connections: Connections
  readonly #runId: number
  readonly #options: DriverOptions
  #failures = 0

  constructor(connections: Connections, runId: number, options: DriverOptions) {
    this.#connections = connections
    this.#runId = runId
    this.#options = options
  }

  /**
   * Takes the run's steps one after another, while none has to be waited for and no other process drives its object.
   * What a step fails with is judged here; what the judgement fails with is thrown.
   *
   * @throws the signal's reason
   */
  async drive(): Promise<Next> {
    try {
      return await this.#driveOrFollow()
    } catch (error) {
      // Nothing is left to be driven, and no try of the queue would find it again.
      if (error instanceof RunGoneError) return { is: "ended" }
      throw error
    }
  }

  async #driveOrFollow(): Promise<Next> {
    const { signal, followMs, onStep } = this.#options
    const run = await readRun(this.#connections, this.#runId)
    onStep?.(run)
    signal?.throwIfAborted()
    const next = await whileDriving(this.#connections, run.object, () => this.#takeSteps())
    if (next !== undefined) return next
    return isFinal(run.state) ? { is: "ended" } : { is: "due", inMs: followMs }
  }

  async #takeSteps(): Promise<Next> {
    const { signal, onStep } = this.#options
    const pages = new PageMerger(this.#connections, signal)
    try {
      for (;;) {
        signal?.throwIfAborted()
        const { run, waitMs, isBehind } = await advanceRun(this.#connections, this.#runId, pages)
        this.#failures = 0
        onStep?.(run)
        if (isFinal(run.state)) return { is: "ended" }
        if (waitMs > 0) return { is: "due", inMs: waitMs, isBehind }
      }
    } catch (error) {
      signal?.throwIfAborted()
      return await this.#recover(error)
    } finally {
      await pages.close()
    }
  }

  async #recover(error: unknown): Promise<Next> {
    const run = await readRun(this.#connections, this.#runId)
    if (isFinal(run.state)) return { is: "ended" }
    const failure = await judgeFailure(this.#connections, run, error)
    const { action, reason } = failure
    if (action === "follow") return { is: "due", inMs: this.#options.followMs }
    // A pause for want of API budget is no failure: it may come often, and last for hours.
    if (failure.action === "pause")
      return { is: "due", inMs: await pauseRun(this.#connections, run, error as Error, failure.waitMs) }
    countError(run.object, "bulk_to_shadow", error, reason)
    if (action === "anew") {
      const waitMs = await renewJob(this.#connections, run, error as SalesforceError)
      if (waitMs !== null) return { is: "due", inMs: waitMs }
    }
    this.#failures += 1
    const message = failureMessage(error)
    if (action !== "retry" || this.#options.isLast(this.#failures)) {
      await giveUp(this.#connections, run, message, action === "fuse")
      return { is: "ended" }
    }
    await this.#connections.pool.query("select sf_shadow.note_run_error(of_run_id => $1, of_error => $2)", [
      run.run_id,
      message,
    ])
    return { is: "retry", run, error, failures: this.#failures }
  }
}

/**
 * Notes that a daily limit of the org holds a run back: sf_shadow_run shows it as paused, with the reason.
 *
 * @param leastMs how long, at the least
 * @returns how long to wait before the next try, in ms, jittered upwards by up to 10 %
 */
async function pauseRun(
  { pool, log }: Pick<Connections, "pool" | "log">,
  { run_id, object, kind }: Run,
  { message }: Error,
  leastMs: number,
): Promise<number> {
  const waitMs = leastMs * (1 + Math.random() / 10)
  await pool.query("select sf_shadow.pause_run(of_run_id => $1, of_error => $2, wait_ms => $3)", [
    run_id,
    message,
    waitMs,
  ])
  log.warn(
    { event: "bulk_to_shadow_paused", object, run: run_id, kind, wait_ms: Math.round(waitMs) },
    `${kind} load of ${object} is paused: ${message}`,
  )
  return waitMs
}

/** Ends a run that cannot go on: state fuse where deletes were refused, failed otherwise. What it has merged stays. */
async function giveUp(
  { pool, log }: Pick<Connections, "pool" | "log">,
  { run_id, object, kind }: Run,
  message: string,
  byFuse: boolean,
): Promise<void> {
  await pool.query("select sf_shadow.end_run(of_run_id => $1, of_error => $2, by_fuse => $3)", [
    run_id,
    message,
    byFuse,
  ])
  log.error(
    { event: "bulk_to_shadow_failed", object, run: run_id, kind },
    `${kind} load of ${object} ${byFuse ? "was stopped by the fuse" : "failed"}: ${message}`,
  )
}
