import type { Pool } from "pg"

/** When `ms` have passed, by the database's clock: the queue starts jobs by that, and this machine's may be minutes off. */
export async function databaseTimeIn(pool: Pool, ms: number): Promise<Date> {
  const { rows } = await pool.query<{ at: Date }>(
    "select clock_timestamp() + make_interval(secs => $1) as at",
    [ms / 1000],
  )
  return (rows[0] as { at: Date }).at
}
