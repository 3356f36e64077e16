import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import pg from "pg"
import pino from "pino"
import { startEmbeddedPostgres } from "../../../src/postgres/embedded.ts"
import { migrate } from "../../../src/postgres/migrate.ts"

/** A migrated database on a server of its own. */
export interface BenchDatabase {
  url: string
  /** As a user's own sessions are: not with the settings of the service's. */
  pool: pg.Pool
  /** Stops the server and removes its data. */
  stop(): Promise<void>
}

/**
 * Settings of a small production server: durable (fsync and synchronous_commit are on by default), with memory
 * and room in the write-ahead log, so that neither side of a comparison is timed while it waits for a checkpoint.
 */
const settings = { shared_buffers: "512MB", max_wal_size: "8GB", checkpoint_timeout: "15min" }

/** Starts a Postgres in a temporary folder and migrates it. */
export async function startBenchDatabase(): Promise<BenchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "sf-shadow-bench-"))
  const server = await startEmbeddedPostgres({ dataDir: folder, settings })
  await migrate(server.url, pino({ level: "silent" }))
  const pool = new pg.Pool({ connectionString: server.url, max: 10 })
  // An idle connection that breaks says so with its next query.
  pool.on("error", () => {})
  return {
    url: server.url,
    pool,
    async stop() {
      await pool.end()
      await server.stop()
      for (const path of [server.folder, folder]) await rm(path, { recursive: true, force: true })
    },
  }
}
