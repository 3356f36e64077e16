import { z } from "zod"
import type { TaskFactory } from "../src/connections.ts"
import { removeObject } from "../src/mapping/plan.ts"
import { transaction } from "../src/postgres/transaction.ts"

const payloadSchema = z.object({ object: z.string(), drop_data: z.boolean().default(false) })

/** `SELECT add_job('remove_object', '{"object":"Contact"}')`: mirrors it no more; its table goes only with `drop_data`. */
const task: TaskFactory =
  ({ pool, log }) =>
  async (payload) => {
    const { object, drop_data: dropData } = payloadSchema.parse(payload)
    const table = await transaction(pool, (client) => removeObject(client, object, dropData))
    log.info(
      { event: "object_removed", object, table },
      `${object} is mirrored no more; ${table} ${dropData ? "is dropped" : "stays as it is"}`,
    )
  }

export default task
