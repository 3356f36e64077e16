import { readdir } from "node:fs/promises"
import { basename, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Task, TaskList } from "graphile-worker"
import { StartedParts } from "../base/started_parts.ts"
import type { Connections, TaskFactory } from "../connections.ts"
import { applySettings } from "../mapping/index.ts"
import { countError } from "../metrics/index.ts"
import { databaseTimeIn } from "../postgres/time.ts"
import { KeptRunner, type Work } from "./runner.ts"

const root = join(import.meta.dirname, "../..")
/** Well within worker_silent_after of sf_shadow.setting. */
const beatMs = 5_000

/**
 * Runs the tasks of tasks/ and the schedule of crontab on this database's queue. Several processes share it. Who follows
 * events waits most of the time: it has a place of its own beside those of the others.
 * A heartbeat says that this process lives, so that the jobs of a killed one are freed within half a minute.
 */
export async function startWorker(connections: Connections): Promise<{ stop(): Promise<void> }> {
  const { config, pool, log } = connections
  await applySettings(connections)
  const { follow_events, ...taskList } = await loadTasks(connections)
  const started = new StartedParts(log)
  const start = async (work: Work) => started.add(await KeptRunner.start(connections, work))
  try {
    const runners = [
      await start({
        taskList,
        concurrency: config.workerConcurrency,
        crontabFile: join(root, "crontab"),
        // Long enough for a batch of events; what takes longer is told to stop, and goes on where it was (rule 13).
        abortAfterMs: 1_000,
      }),
      await start({ taskList: { follow_events }, concurrency: 1, crontab: "", abortAfterMs: 0 }),
    ]
    const stopping = new AbortController()
    const workerIds = () => runners.flatMap((runner) => [...runner.workerIds])
    const beating = beat(connections, workerIds, stopping.signal)
    return {
      async stop() {
        stopping.abort()
        await beating
        await started.stop()
        await pool.query("delete from sf_shadow.worker where worker_id = any ($1)", [workerIds()])
      },
    }
  } catch (error) {
    await started.stop()
    throw error
  }
}

async function beat(
  { pool, log }: Connections,
  workerIds: () => string[],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await pool
      .query("select sf_shadow.worker_beat(worker_ids => $1), sf_shadow.free_dead_workers()", [workerIds()])
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
