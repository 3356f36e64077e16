import type { Pool } from "pg"
import { waitFor } from "../../harness/wait.ts"

const patienceMs = 3_600_000

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

/** Events folded into the shadow so far. */
export async function foldedEvents(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ folded: number }>(
    "select coalesce(sum(applied_seq), 0)::int as folded from sf_shadow.stream_cursor",
  )
  return rows[0]?.folded ?? 0
}

/**
 * Waits until so many events in all are folded into the shadow.
 *
 * @param note called with what each look has found
 */
export async function waitUntilFolded(
  pool: Pool,
  events: number,
  note: (folded: number) => void = () => {},
): Promise<void> {
  await waitFor(`${events} events are folded`, patienceMs, async () => {
    const folded = await foldedEvents(pool)
    note(folded)
    return folded >= events
  })
}

/** Waits until no record is in doubt: what was read again is in the shadow. */
export async function waitUntilCertain(pool: Pool): Promise<void> {
  await waitFor("no record is in doubt", patienceMs, async () => {
    const { rows } = await pool.query("select from sf_shadow.dirty limit 1")
    return rows.length === 0
  })
}
