import { EventEmitter } from "node:events"
import { type Runner, type RunnerOptions, run, type WorkerEvents } from "graphile-worker"
import { Backoff, pause } from "../base/backoff.ts"
import type { Connections } from "../connections.ts"
import { countError } from "../metrics/index.ts"
import { queueSchema } from "../postgres/queue.ts"
import { workerLogger } from "./logger.ts"

/** A runner that has asked in vain for jobs for this long is replaced. */
const vainMs = 5_000

/** What a runner does: which tasks, how many at a time, on which schedule, and how long one may go on when it is to stop. */
export type Work = Required<Pick<RunnerOptions, "taskList" | "concurrency">> &
  Pick<RunnerOptions, "crontab" | "crontabFile"> & { abortAfterMs: number }

/** A runner of graphile-worker, and with which error it has asked for jobs in vain when it was stopped for that. */
type OurRunner = Runner & { inVain?: unknown }

/** Works off jobs of the queue until it is stopped: a runner that gives up is replaced by another one. */
export class KeptRunner {
  /** What locks a job is the pool of workers, in its own name. */
  readonly workerIds = new Set<string>()
  readonly #connections: Connections
  readonly #work: Work
  readonly #stopping = new AbortController()
  #runner: OurRunner | undefined
  #working: Promise<void> | undefined

  private constructor(connections: Connections, work: Work) {
    this.#connections = connections
    this.#work = work
  }

  static async start(connections: Connections, work: Work): Promise<KeptRunner> {
    const kept = new KeptRunner(connections, work)
    const first = await kept.#startRunner()
    kept.#working = kept.#keep(first)
    return kept
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    // One that has ended by itself just now cannot be stopped.
    await this.#runner?.stop().catch(() => {})
    await this.#working
  }

  async #keep(first: OurRunner): Promise<void> {
    const { signal } = this.#stopping
    for (let runner: OurRunner | undefined = first; runner !== undefined; ) {
      const current: OurRunner = runner
      const error = await current.promise.then(
        () => current.inVain,
        (cause: unknown) => cause,
      )
      if (signal.aborted) return
      runner = await this.#startAnother(error)
      // Asked to stop while it started.
      if (signal.aborted) await runner?.stop()
    }
  }

  /**
   * Starts a runner that ends when it can take no jobs. graphile-worker looks for the numbers of its tasks once: where
   * that query fails, it answers every later poll with the same error, without a word, as long as the runner lives.
   */
  async #startRunner(): Promise<OurRunner> {
    const { pool, log } = this.#connections
    const { abortAfterMs, ...work } = this.#work
    const events: WorkerEvents = new EventEmitter()
    events.on("pool:create", ({ workerPool }) => this.workerIds.add(workerPool.id))
    let runner: OurRunner | undefined
    let failingSince: number | undefined
    const answered = () => {
      failingSince = undefined
    }
    events.on("worker:getJob:empty", answered)
    events.on("job:start", answered)
    events.on("worker:getJob:error", ({ error }) => {
      failingSince ??= performance.now()
      if (runner === undefined || runner.inVain || performance.now() - failingSince < vainMs) return
      runner.inVain = error
      // One that is stopped by now cannot be stopped again.
      runner.stop().catch(() => {})
    })
    runner = await run({
      ...work,
      events,
      pgPool: pool,
      schema: queueSchema,
      noHandleSignals: true,
      // NOTIFY wakes the workers; this is for jobs whose time comes.
      pollInterval: 1_000,
      // Without a batch, a job's end that cannot be stored is an unhandled rejection, which ends the process.
      preset: {
        worker: {
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
          gracefulShutdownAbortTimeout: abortAfterMs,
        },
      },
      logger: workerLogger(log),
    })
    this.#runner = runner
    return runner
  }

  /**
   * graphile-worker gives up where it cannot store that a job has ended, for instance because its connection was lost:
   * the job would stay taken by a process that lives. What it held is freed, and another one takes its place, as in that
   * of one that could take no jobs.
   *
   * @returns undefined when it is to stop first
   */
  async #startAnother(error: unknown): Promise<OurRunner | undefined> {
    const { pool, log } = this.#connections
    const { signal } = this.#stopping
    const backoff = new Backoff()
    for (let err = error; ; ) {
      const waitMs = Math.round(backoff.nextMs())
      countError("", "worker", err)
      log.warn(
        { event: "worker_ended", err, wait_ms: waitMs },
        `the worker has lost its hold on the queue; another one starts in ${(waitMs / 1000).toFixed(1)} s`,
      )
      await pause(waitMs, signal)
      if (signal.aborted) return undefined
      try {
        await pool.query(`select ${queueSchema}.force_unlock_workers($1)`, [[...this.workerIds]])
        this.workerIds.clear()
        return await this.#startRunner()
      } catch (cause) {
        err = cause
      }
    }
  }
}
