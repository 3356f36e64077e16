import type { Pool } from "pg"
import { describeDatabaseFault } from "../../postgres/fault.ts"
import type { Routes } from "../http.ts"

/** What /queue answers: the worker's backlog, from sf_shadow_backlog and sf_shadow_failed_job. No payloads. */
export interface Queue {
  jobs: {
    name: string
    waiting: number
    running: number
    failed: number
    /** Since when the oldest could run; null when none waits or runs. */
    oldest_age_seconds: number | null
  }[]
  /** Jobs out of attempts, the last one to fail first; at most 100 of them. */
  failed_jobs: {
    job_id: string
    task: string
    key: string | null
    attempts: number
    failed_at: Date
    /** When it is tried again by itself; null where it is tried once. */
    retried_at: Date | null
    /** The first 300 characters. */
    error: string | null
  }[]
}

/**
 * /queue: 200 with a Queue, 503 with the reason while the database does not answer.
 *
 * @param databaseUrl for the reason, which names the host and never the password
 */
export function queueRoutes(pool: Pool, databaseUrl: string): Routes {
  return (app) => {
    app.get("/queue", async (_request, reply) => {
      try {
        return await readQueue(pool)
      } catch (error) {
        return reply.code(503).send({ error: describeDatabaseFault(databaseUrl, error).message })
      }
    })
  }
}

async function readQueue(pool: Pool): Promise<Queue> {
  const jobs = await pool.query<Queue["jobs"][number]>(
    `select name, waiting, running, failed, extract(epoch from oldest_age)::double precision as oldest_age_seconds
     from public.sf_shadow_backlog where kind = 'job' order by name`,
  )
  const failed = await pool.query<Queue["failed_jobs"][number]>(
    `select job_id::text, task, key, attempts, failed_at, retried_at, error
     from public.sf_shadow_failed_job order by failed_at desc limit 100`,
  )
  return { jobs: jobs.rows, failed_jobs: failed.rows }
}
