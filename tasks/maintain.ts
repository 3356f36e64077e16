import type { TaskFactory } from "../src/worker.ts"

/** Retention: partitions ahead and behind, what no longer guards anything; rejects are tried again. */
const task: TaskFactory =
  ({ pool, log }) =>
  async () => {
    const { rows } = await pool.query<{ done: { dead_consumers: string[] }; retried: number }>(
      "select sf_shadow.maintain() as done, sf_shadow.retry_rejects() as retried",
    )
    log.info(
      { event: "maintained", ...rows[0] },
      "old days and finished runs were forgotten, rejects are tried again",
    )
    const dead = rows[0]?.done.dead_consumers ?? []
    if (dead.length > 0) {
      log.error(
        { event: "consumer_dead", consumers: dead },
        `nobody confirms the invalidations of ${dead.join(", ")}: its cache may be old. Start it, or forget it in sf_shadow.invalidation_consumer; see sf_shadow_invalidation_consumer.`,
      )
    }
  }

export default task
