import { EventEmitter } from "node:events"
import { readdir } from "node:fs/promises"
import { basename, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { type Runner, run, type Task, type TaskList, type WorkerEvents } from "graphile-worker"
import { Backoff, pause } from "../base/backoff.ts"
import type { Connections, TaskFactory } from "../connections.ts"
import { applySettings } from "../mapping/index.ts"
import { countError } from "../metrics/index.ts"
import { queueSchema } from "../postgres/queue.ts"
import { databaseTimeIn } from "../postgres/time.ts"
import { workerLogger } from "./logger.ts"

const root = join(import.meta.dirname, "../..")
/** Well within worker_silent_after of sf_shadow.setting. */
const beatMs = 5_000
/** A runner that has asked in vain for jobs for this long is replaced. */
const vainMs = 5_000

/**
 * Runs the tasks of tasks/ and the schedule of crontab on this database's queue. Several processes share it.
 * A heartbeat says that this process lives, so that the jobs of a killed one are freed within half a minute.
 */
export async function startWorker(connections: Connections): Promise<{ stop(): Promise<void> }> {
  const { pool } = connections
  await applySettings(connections)
  const taskList = await loadTasks(connections)
  const workerIds = new Set<string>()
  const stopping = new AbortController()
  const { signal } = stopping
  let runner = await startRunner(connections, taskList, workerIds)
  const working = (async () => {
    for (;;) {
      const error = await runner.promise.then(
        () => runner.inVain,
        (cause: unknown) => cause,
      )
      if (signal.aborted) return
      const another = await startAnother(connections, taskList, workerIds, error, signal)
      if (another === undefined) return
      runner = another
      // Asked to stop while it started.
      if (signal.aborted) await runner.stop()
    }
  })()
  const beating = beat(connections, workerIds, signal)
  return {
    async stop() {
      stopping.abort()
      await beating
      // One that has ended by itself just now cannot be stopped.
      await runner.stop().catch(() => {})
      await working
      await pool.query("delete from sf_shadow.worker where worker_id = any ($1)", [[...workerIds]])
    },
  }
}

/** A runner, and with which error it has asked for jobs in vain when it was stopped for that. */
type OurRunner = Runner & { inVain?: unknown }

/**
 * Starts a runner that ends when it can take no jobs. graphile-worker looks for the numbers of its tasks once: where
 * that query fails, it answers every later poll with the same error, without a word, as long as the runner lives.
 */
async function startRunner(
  { config, pool, log }: Connections,
  taskList: TaskList,
  workerIds: Set<string>,
): Promise<OurRunner> {
  const events: WorkerEvents = new EventEmitter()
  // What locks a job is the pool of workers, in its own name.
  events.on("pool:create", ({ workerPool }) => workerIds.add(workerPool.id))
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
    events,
    pgPool: pool,
    schema: queueSchema,
    taskList,
    crontabFile: join(root, "crontab"),
    concurrency: config.workerConcurrency,
    noHandleSignals: true,
    // NOTIFY wakes the workers; this is for jobs whose time comes.
    pollInterval: 1_000,
    // Without a batch, a job's end that cannot be stored is an unhandled rejection, which ends the process.
    preset: {
      worker: {
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
        // Long enough for a batch of events; what takes longer is told to stop, and goes on where it was (rule 13).
        gracefulShutdownAbortTimeout: 1_000,
      },
    },
    logger: workerLogger(log),
  })
  return runner
}

/**
 * graphile-worker gives up where it cannot store that a job has ended, for instance because its connection was lost:
 * the job would stay taken by a process that lives. What it held is freed, and another one takes its place, as in that
 * of one that could take no jobs.
 *
 * @returns undefined when the signal came first
 */
async function startAnother(
  connections: Connections,
  taskList: TaskList,
  workerIds: Set<string>,
  error: unknown,
  signal: AbortSignal,
): Promise<OurRunner | undefined> {
  const { pool, log } = connections
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
      await pool.query(`select ${queueSchema}.force_unlock_workers($1)`, [[...workerIds]])
      workerIds.clear()
      return await startRunner(connections, taskList, workerIds)
    } catch (cause) {
      err = cause
    }
  }
}

async function beat(
  { pool, log }: Connections,
  workerIds: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await pool
      .query("select sf_shadow.worker_beat(worker_ids => $1), sf_shadow.free_dead_workers()", [
        [...workerIds],
      ])
      .catch((err) =>
        log.warn({ event: "worker_beat_failed", err }, "the heartbeat was not stored; trying again"),
      )
    await sleep(beatMs, undefined, { signal }).catch(() => {})
  }
}

/** The object that a job's payload names; "" for one that is about all, or about none. */
function objectOf(payload: unknown): string {
  const { object } = Object(payload) as { object?: unknown }
  return typeof object === "string" ? object : ""
}

async function loadTasks(connections: Connections): Promise<TaskList> {
  const tasks: TaskList = {}
  const folder = join(root, "tasks")
  for (const file of (await readdir(folder)).filter((name) => /^\w+\.[tj]s$/.test(name))) {
    const module = (await import(join(folder, file))) as { default: TaskFactory }
    tasks[basename(file).replace(/\.[tj]s$/, "")] = withinBudget(connections, module.default(connections))
  }
  return tasks
}

/**
 * A job that a daily limit of the org holds back is put back into the queue for when the limit is looked at again:
 * its attempts are for failures, and would not last for the hours that this may take.
 */
function withinBudget({ pool, budget, log }: Connections, task: Task): Task {
  return async (payload, helpers) => {
    try {
      return await task(payload, helpers)
    } catch (error) {
      const budgetMs = await budget.waitAfter(error, "reread")
      if (budgetMs === null) {
        // What an edge has counted as its own is not counted again.
        if (!helpers.abortSignal?.aborted) countError(objectOf(payload), helpers.job.task_identifier, error)
        throw error
      }
      const runAt = await databaseTimeIn(pool, budgetMs * (1 + Math.random() / 10))
      const { key, task_identifier: name, max_attempts: maxAttempts } = helpers.job
      await helpers.addJob(name, payload, {
        runAt,
        maxAttempts,
        queueName: (await helpers.getQueueName()) ?? undefined,
        ...(key === null ? {} : { jobKey: key, jobKeyMode: "preserve_run_at" }),
      })
      log.warn(
        { event: "job_paused", job: name },
        `${name} is put off until ${runAt.toISOString()}: ${(error as Error).message}`,
      )
    }
  }
}
