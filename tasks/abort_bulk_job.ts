import { z } from "zod"
import type { TaskFactory } from "../src/connections.ts"
import { abortJob, deleteJob } from "../src/salesforce/bulk.ts"

const payloadSchema = z.object({ job_id: z.string() })

/** Ends the bulk job of a run that was canceled, and its result; one that is gone already is no error. */
const task: TaskFactory =
  ({ session, log }) =>
  async (payload) => {
    const { job_id: job } = payloadSchema.parse(payload)
    await abortJob(session, job)
    await deleteJob(session, job)
    log.info({ event: "bulk_job_aborted", job }, `bulk job ${job} of a canceled load is aborted`)
  }

export default task
