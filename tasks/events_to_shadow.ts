import { z } from "zod"
import type { TaskFactory } from "../src/connections.ts"
import { eventsToShadow } from "../src/events_to_shadow/index.ts"

const payloadSchema = z.object({ stream_id: z.number() })

/** Folds a stream's received events into the shadow. When there are more it asks for another turn, else for who follows them. */
const task: TaskFactory = (connections) => async (payload, helpers) => {
  const { stream_id: streamId } = payloadSchema.parse(payload)
  const done = await eventsToShadow(connections, streamId, helpers.abortSignal)
  if (done) await connections.pool.query("select sf_shadow.add_follow_job()")
  else await connections.pool.query("select sf_shadow.add_events_job(of_stream_id => $1)", [streamId])
}

export default task
