import { z } from "zod"
import type { TaskFactory } from "../src/connections.ts"
import { renameField } from "../src/mapping/fields.ts"
import { transaction } from "../src/postgres/transaction.ts"

const payloadSchema = z.object({ object: z.string(), field: z.string(), column: z.string() })

/** `SELECT add_job('rename_field', '{"object":"Contact","field":"Title","column":"job_title"}')`: of its column. */
const task: TaskFactory =
  ({ pool, log }) =>
  async (payload) => {
    const wish = payloadSchema.parse(payload)
    const { object, column, to } = await transaction(pool, (client) => renameField(client, wish, false))
    log.info({ event: "field_renamed", object, column, to }, `${object}: ${column} is called ${to} now`)
  }

export default task
