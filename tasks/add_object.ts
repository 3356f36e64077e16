import { z } from "zod"
import type { TaskFactory } from "../src/connections.ts"
import { addObject, countWished, describeWishes } from "../src/mapping/plan.ts"
import { transaction } from "../src/postgres/transaction.ts"

const payloadSchema = z.object({
  object: z.string(),
  fields: z.array(z.string()).optional(),
  table: z.string().optional(),
  keep: z.enum(["mapped", "all"]).optional(),
  parent: z.string().optional(),
  poll: z.string().optional(),
  where: z.string().optional(),
  history: z.boolean().optional(),
})

/** `SELECT add_job('add_object', '{"object":"Contact"}')`: mirrors it from now on. A refusal is in sf_shadow_failed_job. */
const task: TaskFactory =
  ({ pool, session, log }) =>
  async (payload) => {
    const wish = payloadSchema.parse(payload)
    const [described] = await describeWishes(session, [wish])
    if (described === undefined) return
    if (wish.where !== undefined) await countWished(pool, session, wish, described)
    const { object, table, columns } = await transaction(pool, (client) => addObject(client, wish, described))
    log.info(
      { event: "object_added", object, table },
      `${object} is mirrored in ${table}, with ${columns.length} columns; its load is queued`,
    )
  }

export default task
