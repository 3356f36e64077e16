import type { Pool } from "pg"
import type { Org } from "../../../src/simulator/org/org.ts"
import { waitFor } from "../../harness/wait.ts"

/** SF_MARGIN_S of the test's service, and a second for truncated times. */
const marginMs = 3_000
const loadedWithinMs = 240_000

/**
 * Does what an operator does about changes that Salesforce does not publish: asks for a load that begins after them,
 * an Id comparison for hard deletes and a full load for the rest, and asks again where an older one was under way.
 */
export async function coverSilentChanges({
  org,
  pool,
  hardDeleted,
  unpublished,
}: {
  org: Org
  pool: Pool
  hardDeleted: ReadonlySet<string>
  unpublished: ReadonlySet<string>
}): Promise<void> {
  const lastChange = org.now()
  const wanted = new Map<string, string>()
  for (const object of hardDeleted) wanted.set(object, "compare_ids")
  for (const object of unpublished) wanted.set(object, "backfill")
  // A load may have failed while faults lasted.
  const neverLoaded = await pool.query("select object from sf_shadow_lag where state = 'never loaded'")
  for (const { object } of neverLoaded.rows) wanted.set(object, "backfill")
  await waitFor("the margin passes", marginMs * 2, () => org.now() > lastChange + marginMs)
  for (const [object, task] of wanted) {
    const kinds = task === "backfill" ? ["full"] : ["full", "ids"]
    await waitFor(`${task} of ${object}`, loadedWithinMs, async () => {
      const { rows } = await pool.query(
        `select from sf_shadow.run where object = $1 and kind = any ($2) and state = 'complete' and read_from > $3`,
        [object, kinds, new Date(lastChange + marginMs - 1_000)],
      )
      if (rows.length > 0) return true
      const waiting = await pool.query(
        `select from sf_shadow.run where object = $1 and kind = any ($2) and finished_at is null
         union all select from sf_shadow_worker.jobs where key = $3`,
        [object, kinds, `${task}:${object}`],
      )
      if (waiting.rows.length === 0) {
        await pool.query("select public.add_job($1, json_build_object('object', $2::text))", [task, object])
      }
      return false
    })
  }
}
