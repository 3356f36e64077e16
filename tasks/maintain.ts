import type { Pool } from "pg"
import type { TaskFactory } from "../src/connections.ts"

/** Versions that one transaction forgets. */
const versionsAtOnce = 10_000

/** Retention: partitions ahead and behind, what no longer guards anything, old versions; exact ages; rejects are tried again. */
const task: TaskFactory =
  ({ pool, log }) =>
  async () => {
    // One object after the other: none is locked while another's table is read.
    const objects = await pool.query<{ object: string }>("select object from sf_shadow.objects_in_order()")
    for (const { object } of objects.rows)
      await pool.query("select sf_shadow.scan_updated_at(of_object => $1)", [object])
    let versions = 0
    for (const { object } of objects.rows) versions += await trimHistory(pool, object)
    const { rows } = await pool.query<{ done: { dead_consumers: string[] }; retried: number }>(
      "select sf_shadow.maintain() as done, sf_shadow.retry_rejects() as retried",
    )
    log.info(
      { event: "maintained", versions, ...rows[0] },
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

/** Forgets the versions of an object that have ended long enough ago; returns how many. */
async function trimHistory(pool: Pool, object: string): Promise<number> {
  let all = 0
  for (;;) {
    const { rows } = await pool.query<{ forgotten: number }>(
      "select sf_shadow.trim_history(of_object => $1, at_most => $2)::integer as forgotten",
      [object, versionsAtOnce],
    )
    const forgotten = rows[0]?.forgotten ?? 0
    all += forgotten
    if (forgotten < versionsAtOnce) return all
  }
}

export default task
