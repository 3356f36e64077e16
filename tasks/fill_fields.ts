import { z } from "zod"
import type { TaskFactory } from "../src/connections.ts"
import { fillFields } from "../src/mapping/fields.ts"
import { transaction } from "../src/postgres/transaction.ts"

const payloadSchema = z.object({ object: z.string() })

/** `SELECT add_job('fill_fields', '{"object":"Product2"}')`: fills columns from raw_payload, without a call to Salesforce. */
const task: TaskFactory =
  ({ pool, log }) =>
  async (payload) => {
    const { object } = payloadSchema.parse(payload)
    const rows = await transaction(pool, (client) => fillFields(client, object))
    log.info({ event: "fields_filled", object, rows }, `${object}: ${rows} rows were filled from raw_payload`)
  }

export default task
