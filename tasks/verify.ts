import { z } from "zod"
import type { TaskFactory } from "../src/connections.ts"
import { defaultSampleSize, verify } from "../src/upkeep/verify.ts"

const payloadSchema = z.object({ object: z.string().nullish(), sample: z.number().optional() })

/** Compares a sample of one object, or of each, with Salesforce field by field, and repairs what differs. */
const task: TaskFactory = (connections) => async (payload) => {
  const { object, sample } = payloadSchema.parse(payload)
  await verify(connections, object ? [object] : [], sample ?? defaultSampleSize)
}

export default task
