import type { Pool } from "pg"
import type { Org } from "../../src/simulator/org/org.ts"
import { differences } from "./differences.ts"
import { waitFor } from "./wait.ts"

/**
 * What still keeps the shadow from being equal to the org and saying so: differences, dirty records, rejects,
 * holes, events not folded, an object that does not call itself fresh. Empty when all is well.
 */
export async function unsettled(
  org: Org,
  pool: Pool,
  apart: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const { rows } = await pool.query<{ what: string }>(
    `select 'dirty: ' || d.object || ' ' || d.record_id || ', ' || d.reason as what from sf_shadow.dirty d
     union all
     select 'reject: ' || r.object || ' ' || r.record_id || ', ' || r.reason from sf_shadow.reject r
     where r.record_id <> all ($1)
     union all
     select 'hole: ' || s.object || ', ' || s.hole_reason from sf_shadow.object_state s where s.hole_reason is not null
     union all
     select 'not folded: ' || s.topic from sf_shadow.stream s join sf_shadow.stream_cursor c using (stream_id)
     where c.applied_seq < s.next_seq - 1
     union all
     select 'not fresh: ' || l.object || ' is ' || l.state || ', ' || coalesce(l.reason, '') from public.sf_shadow_lag l
     where l.state <> 'fresh'`,
    [[...apart]],
  )
  const waiting = rows.map(({ what }) => what)
  return waiting.length > 0 ? waiting : differences(org, pool, apart)
}

/** Waits until the shadow equals the org and says so; after `withinMs` the error tells what is missing. */
export async function settle(
  org: Org,
  pool: Pool,
  withinMs: number,
  apart?: ReadonlySet<string>,
): Promise<void> {
  let left: string[] = []
  await waitFor("the shadow equals the org", withinMs, async () => {
    left = await unsettled(org, pool, apart)
    return left.length === 0
  }).catch(async (error: Error) => {
    throw new Error([error.message, ...left.slice(0, 30), ...(await jobs(pool))].join("\n"))
  })
}

/** The queue as it stands, to tell why something waits. */
async function jobs(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query(
    `select task_identifier, key, attempts, run_at, locked_at, locked_by, now() as now, left(last_error, 300) as last_error
     from sf_shadow_worker.jobs`,
  )
  return rows.map((job) => `job ${JSON.stringify(job)}`)
}
