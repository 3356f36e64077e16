import type { TaskFactory } from "../src/connections.ts"

/** Retention: partitions ahead and behind, what no longer guards anything; exact ages; rejects are tried again. */
const task: TaskFactory =
  ({ pool, log }) =>
  async () => {
    // One object after the other: none is locked while another's table is read.
    const objects = await pool.query<{ object: string }>("select object from sf_shadow.objects_in_order()")
    for (const { object } of objects.rows)
      await pool.query("select sf_shadow.scan_updated_at(of_object => $1)", [object])
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
