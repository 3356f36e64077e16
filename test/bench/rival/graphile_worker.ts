import { Logger, makeWorkerUtils, run } from "graphile-worker"
import { createPool } from "../../../src/postgres/pool.ts"
import { type Applied, applyEvent, concurrency, type Destination, type RivalEvent } from "./destination.ts"

/** A line per job would be timed as well. */
const logger = new Logger(() => () => {})

/** Jobs fetched ahead. Of 0 and 500, and of 8, 16 and 32 jobs at once, these were the fastest. */
const localQueue = { size: 500 }

/** graphile-worker with one job for each event, jobs added by the response. */
export async function toGraphileWorker(databaseUrl: string, applied: Applied): Promise<Destination> {
  const pool = createPool(databaseUrl, { max: concurrency + 3 })
  pool.on("error", () => {})
  const utils = await makeWorkerUtils({ pgPool: pool, logger })
  await utils.migrate()
  const runner = await run({
    pgPool: pool,
    taskList: {
      bench_rival: async (payload, { withPgClient }) => {
        const event = payload as RivalEvent
        await withPgClient((client) => applyEvent(client, event))
        applied(event.recordId)
      },
    },
    noHandleSignals: true,
    logger,
    crontab: "",
    preset: { worker: { concurrentJobs: concurrency, localQueue, completeJobBatchDelay: 0 } },
  })
  return {
    add: async (events) =>
      void (await utils.addJobs(events.map((payload) => ({ identifier: "bench_rival", payload })))),
    async stop() {
      await runner.stop()
      await utils.release()
      await pool.end()
    },
  }
}
