import { Queue, Worker } from "bullmq"
import { createPool } from "../../../src/postgres/pool.ts"
import { type Applied, applyEvent, concurrency, type Destination, type RivalEvent } from "./destination.ts"

const name = "bench_rival"

/** BullMQ as its documentation tunes it: jobs added in bulk and removed when they are done, many at the same time. */
export async function toBullmq(
  databaseUrl: string,
  redisUrl: string,
  applied: Applied,
): Promise<Destination> {
  const { hostname: host, port } = new URL(redisUrl)
  const connection = { host, port: Number(port), maxRetriesPerRequest: null }
  const pool = createPool(databaseUrl, { max: concurrency })
  const queue = new Queue<RivalEvent>(name, { connection })
  const worker = new Worker<RivalEvent>(
    name,
    async ({ data }) => {
      await applyEvent(pool, data)
      applied(data.recordId)
    },
    { connection, concurrency },
  )
  await worker.waitUntilReady()
  const opts = { removeOnComplete: true, removeOnFail: true }
  return {
    add: async (events) => void (await queue.addBulk(events.map((data) => ({ name, data, opts })))),
    async stop() {
      await worker.close()
      await queue.close()
      await pool.end()
    },
  }
}
