import type { TaskFactory } from "../src/worker.ts"

/** Retention: partitions ahead and behind, what no longer guards anything; rejects are tried again. */
const task: TaskFactory =
  ({ pool, log }) =>
  async () => {
    const { rows } = await pool.query<{ done: object; retried: number }>(
      "select sf_shadow.maintain() as done, sf_shadow.retry_rejects() as retried",
    )
    log.info(
      { event: "maintained", ...rows[0] },
      "old days and finished runs were forgotten, rejects are tried again",
    )
  }

export default task
