import { z } from "zod"
import type { TaskFactory } from "../src/connections.ts"
import { keepHistory } from "../src/mapping/plan.ts"
import { transaction } from "../src/postgres/transaction.ts"

const payloadSchema = z.object({
  object: z.string(),
  history: z.boolean(),
  drop_data: z.boolean().default(false),
})

/** `SELECT add_job('keep_history', '{"object":"PricebookEntry","history":true}')`: its versions are kept from then on. */
const task: TaskFactory =
  ({ pool, log }) =>
  async (payload) => {
    const { object, history: kept, drop_data: dropData } = payloadSchema.parse(payload)
    const { history_table } = await transaction(pool, (client) =>
      keepHistory(client, { object, kept, dropData }, false),
    )
    log.info(
      { event: "history_kept", object, kept, table: history_table },
      `the versions of ${object} are kept ${kept ? `in ${history_table}` : "no more"}`,
    )
  }

export default task
