import type { TaskFactory } from "../src/connections.ts"

/** Frees the jobs of killed worker processes, tries failed jobs again, and queues what waits without a job. */
const task: TaskFactory =
  ({ pool, log }) =>
  async () => {
    const { rows } = await pool.query<{ freed: number; retried: number }>(
      `select sf_shadow.free_dead_workers() as freed, sf_shadow.retry_failed_jobs() as retried,
         sf_shadow.requeue_forgotten()`,
    )
    const { freed, retried } = rows[0] as { freed: number; retried: number }
    if (freed > 0)
      log.warn({ event: "workers_given_up", freed }, `the jobs of ${freed} silent workers were freed`)
    if (retried > 0)
      log.warn(
        { event: "failed_jobs_retried", retried },
        `${retried} jobs that were out of attempts are tried again; see sf_shadow_failed_job`,
      )
  }

export default task
