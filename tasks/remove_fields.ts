import { z } from "zod"
import type { TaskFactory } from "../src/connections.ts"
import { removeFields } from "../src/mapping/fields.ts"
import { transaction } from "../src/postgres/transaction.ts"

const payloadSchema = z.object({
  object: z.string(),
  fields: z.array(z.string()),
  drop_data: z.boolean().default(false),
})

/** `SELECT add_job('remove_fields', '{"object":"Contact","fields":["Title"]}')`: the columns go only with `drop_data`. */
const task: TaskFactory =
  ({ pool, log }) =>
  async (payload) => {
    const { drop_data: dropData, ...wish } = payloadSchema.parse(payload)
    const plan = await transaction(pool, (client) => removeFields(client, { ...wish, dropData }, false))
    const columns = plan.columns.map(({ column }) => column)
    log.info(
      { event: "fields_removed", object: plan.object, columns },
      `${plan.object}: ${columns.join(", ")} ${dropData ? "went" : "are filled no more"}`,
    )
  }

export default task
