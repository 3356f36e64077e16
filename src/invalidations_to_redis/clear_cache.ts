import type { Pool } from "pg"

/**
 * Appends "everything of this object" to the outbox, so that every consumer clears what it holds, now or when it is
 * back; by the table, hence also across an outage.
 *
 * @param object Salesforce name; undefined: every object
 * @returns the outbox number per object that a consumer has to acknowledge
 * @throws DatabaseError SF006 for an object that is not mirrored
 */
export async function clearCache(pool: Pool, object?: string): Promise<{ object: string; seq: number }[]> {
  const { rows } = await pool.query<{ object: string; seq: number }>(
    "select * from sf_shadow.clear_cache(of_object => $1)",
    [object ?? null],
  )
  return rows
}
