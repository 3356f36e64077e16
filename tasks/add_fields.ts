import { z } from "zod"
import type { TaskFactory } from "../src/connections.ts"
import { addFields } from "../src/mapping/fields.ts"
import { describeWishes } from "../src/mapping/plan.ts"
import { transaction } from "../src/postgres/transaction.ts"

const payloadSchema = z.object({
  object: z.string(),
  fields: z.array(z.string()),
  column: z.string().optional(),
})

/** `SELECT add_job('add_fields', '{"object":"Contact","fields":["Title"]}')`. A refusal is in sf_shadow_failed_job. */
const task: TaskFactory =
  ({ pool, session, log }) =>
  async (payload) => {
    const wish = payloadSchema.parse(payload)
    const [described] = await describeWishes(session, [wish])
    if (described === undefined) return
    const { object, columns, filled_from } = await transaction(pool, (client) =>
      addFields(client, wish, described, false),
    )
    log.info(
      { event: "fields_added", object, columns: columns.map(({ column }) => column), filled_from },
      `${object} has ${columns.length} more columns, which are filled from ${filled_from === "load" ? "a load of all its records" : filled_from}`,
    )
  }

export default task
