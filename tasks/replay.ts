import { z } from "zod"
import type { TaskFactory } from "../src/connections.ts"
import { replayStream } from "../src/upkeep/replay.ts"

const payloadSchema = z.object({ topic: z.string(), from: z.string() })

/** `SELECT add_job('replay', '{"topic":"/data/Product2ChangeEvent","from":"earliest"}')`: events of the bus again. */
const task: TaskFactory =
  ({ pool, log }) =>
  async (payload) => {
    const { topic, from } = payloadSchema.parse(payload)
    await replayStream(pool, topic, from.toLowerCase() === "earliest" ? null : Buffer.from(from, "hex"))
    log.info({ event: "replay_asked", stream: topic, from }, `${topic} starts over from ${from}`)
  }

export default task
