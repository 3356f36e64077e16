import type { TestContext } from "node:test"
import { Logger, makeWorkerUtils, type Runner, run } from "graphile-worker-0.16"
import pg from "pg"
import { waitFor } from "../harness/wait.ts"

/**
 * Another program on our database, with a graphile-worker of its own: an older one, in that package's own schema, and
 * with tasks that are named as ours.
 */
export interface Neighbour {
  pool: pg.Pool
  runner: Runner
  /** How often each of its tasks was begun. */
  begun: Record<string, number>
  /** Lets the job of `backfill` that runs come to its end. */
  finishLongJob(): void
  /** Its queue, as it stands. */
  jobs(): Promise<Job[]>
  /** Ends it, whatever it works on. It is ended with the test at the latest. */
  stop(): Promise<void>
}

interface Job {
  task: string
  attempts: number
  running: boolean
}

/** Its queue from its start on, for as long as nobody interferes. */
export const undisturbed: Job[] = [
  { task: "backfill", attempts: 1, running: true },
  { task: "verify", attempts: 1, running: false },
]

/** Starts it with a job that runs until it is let go, and one that has failed for good; ended with the test. */
export async function startNeighbour(t: TestContext, databaseUrl: string): Promise<Neighbour> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 5, application_name: "neighbour" })
  pool.on("error", () => {})
  pool.on("connect", (client) => client.on("error", () => {}))
  const logger = new Logger(() => () => {})
  const long = Promise.withResolvers<void>()
  const begun: Record<string, number> = {}
  const count = (task: string) => {
    begun[task] = (begun[task] ?? 0) + 1
  }
  const utils = await makeWorkerUtils({ pgPool: pool, logger })
  await utils.migrate()
  const runner = await run({
    pgPool: pool,
    logger,
    noHandleSignals: true,
    concurrency: 2,
    pollInterval: 200,
    // Else it would read the crontab of the folder in which it is started: ours.
    parsedCronItems: [],
    taskList: {
      backfill: async () => {
        count("backfill")
        await long.promise
      },
      verify: () => {
        count("verify")
        throw new Error("the neighbour's own trouble")
      },
      maintain: () => count("maintain"),
    },
  })
  let stopped: Promise<void> | undefined
  const stop = () => {
    long.resolve()
    stopped ??= runner.stop().then(
      () => pool.end(),
      () => pool.end(),
    )
    return stopped
  }
  t.after(stop)
  const jobs = async () => {
    const { rows } = await pool.query(
      `select task_identifier as task, attempts::integer, locked_at is not null as running
       from graphile_worker.jobs order by task`,
    )
    return rows
  }
  await utils.addJob("backfill", { object: "Product2" })
  await utils.addJob("verify", {}, { maxAttempts: 1, jobKey: "verify:all" })
  await waitFor("its jobs run and fail", 10_000, () => begun.backfill === 1 && begun.verify === 1)
  await waitFor("the failure is stored", 10_000, async () =>
    (await jobs()).some(({ task, running }) => task === "verify" && !running),
  )
  // As if all of it were long ago: ours give up workers that are silent for 20 s, and retry failures after an hour.
  await pool.query("alter table graphile_worker._private_jobs disable trigger user")
  await pool.query(
    `update graphile_worker._private_jobs set updated_at = now() - interval '2 hours',
       locked_at = case when locked_at is not null then now() - interval '1 hour' end`,
  )
  await pool.query("alter table graphile_worker._private_jobs enable trigger user")
  return { pool, runner, begun, finishLongJob: () => long.resolve(), jobs, stop }
}
