import type { Pool } from "pg"
import type { Log } from "../base/log.ts"
import { assertReachable } from "../postgres/fault.ts"
import { createPool } from "../postgres/pool.ts"
import { assertMigrated } from "../postgres/revision.ts"

/**
 * Opens a migrated database for one command and closes it afterwards.
 *
 * @param connections at most; loads need more (connectionsOfLoads)
 * @throws DatabaseAccessError naming host and port when it cannot be reached; NotMigratedError when it is not migrated
 */
export async function withDatabase<T>(
  databaseUrl: string,
  log: Log,
  use: (pool: Pool) => Promise<T>,
  connections = 4,
): Promise<T> {
  await assertReachable(databaseUrl)
  const pool = createPool(databaseUrl, { max: connections })
  pool.on("error", (err) =>
    log.warn({ event: "database_connection_lost", err }, "an idle connection was lost"),
  )
  try {
    await assertMigrated(pool)
    return await use(pool)
  } finally {
    await pool.end()
  }
}
