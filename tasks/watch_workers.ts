import { silentFor, type TaskFactory } from "../src/worker.ts"

/** Frees the jobs of worker processes that were killed, and queues again what waits without a job. */
const task: TaskFactory =
  ({ pool, log }) =>
  async () => {
    const { rows } = await pool.query<{ freed: number }>(
      "select sf_shadow.free_dead_workers(silent_for => $1) as freed, sf_shadow.requeue_forgotten()",
      [silentFor],
    )
    const freed = rows[0]?.freed ?? 0
    if (freed > 0)
      log.warn({ event: "workers_given_up", freed }, `the jobs of ${freed} silent workers were freed`)
  }

export default task
