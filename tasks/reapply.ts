import { z } from "zod"
import type { TaskFactory } from "../src/connections.ts"
import { reapplyEvents } from "../src/upkeep/reapply.ts"

const payloadSchema = z.object({ object: z.string(), since: z.string() })

/** `SELECT add_job('reapply', '{"object":"Product2","since":"2026-11-23T10:00:00Z"}')`: stored events again. */
const task: TaskFactory =
  ({ pool, log }) =>
  async (payload, helpers) => {
    const { object, since } = payloadSchema.parse(payload)
    const events = await reapplyEvents(pool, object, since, helpers.abortSignal)
    log.info(
      { event: "reapplied", object, since, events },
      `${object}: ${events} stored events looked at again`,
    )
  }

export default task
