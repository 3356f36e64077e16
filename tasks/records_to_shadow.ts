import { z } from "zod"
import type { TaskFactory } from "../src/connections.ts"
import { recordsToShadow } from "../src/records_to_shadow/index.ts"

const payloadSchema = z.object({ object: z.string() })

/** Reads the records in doubt of an object again, its parents' first, so that children find them. */
const task: TaskFactory = (connections) => async (payload, helpers) => {
  const { object } = payloadSchema.parse(payload)
  const { rows } = await connections.pool.query<{ object: string }>(
    `with recursive line as (
       select o.object, o.parent_object from sf_shadow.object o where o.object = $1
       union all
       select o.object, o.parent_object from sf_shadow.object o join line on o.object = line.parent_object
     )
     select line.object from line join sf_shadow.objects_in_order() i on i.object = line.object order by i.depth`,
    [object],
  )
  for (const row of rows) await recordsToShadow(connections, row.object, helpers.abortSignal)
}

export default task
