import type { Pool } from "pg"
import { waitFor } from "../../harness/wait.ts"

const patienceMs = 600_000

/**
 * Waits until every stream has stored a first response, and the delta that a first subscription calls for is done
 * (rule 11): from then on the service does nothing but follow.
 */
export async function waitUntilFollowed(pool: Pool): Promise<void> {
  await waitFor("every stream is followed", patienceMs, async () => {
    const { rows } = await pool.query<{ followed: boolean }>(
      `select count(*) = 3 and bool_and(s.replay_id is not null)
         and not exists (select from sf_shadow.object_state o where o.hole_from is not null) as followed
       from sf_shadow.stream s`,
    )
    return rows[0]?.followed
  })
}

/** Waits until so many events in all are folded into the shadow. */
export async function waitUntilFolded(pool: Pool, events: number): Promise<void> {
  await waitFor(`${events} events are folded`, patienceMs, async () => {
    const { rows } = await pool.query<{ folded: number }>(
      "select coalesce(sum(applied_seq), 0)::int as folded from sf_shadow.stream_cursor",
    )
    return (rows[0]?.folded ?? 0) >= events
  })
}
