import { z } from "zod"
import type { TaskFactory } from "../src/connections.ts"

const payloadSchema = z.object({ object: z.string().nullish() })

/** Puts what could not be stored up for another read, of one object or of all. */
const task: TaskFactory =
  ({ pool, log }) =>
  async (payload) => {
    const { object } = payloadSchema.parse(payload ?? {})
    const { rows } = await pool.query<{ records: number }>(
      "select sf_shadow.retry_rejects(of_object => $1)::int as records",
      [object ?? null],
    )
    const records = rows[0]?.records ?? 0
    log.info({ event: "rejects_retried", object, records }, `${records} rejected records are read again`)
  }

export default task
