import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import pg from "pg"
import pino from "pino"
import { startEmbeddedPostgres } from "../../../src/postgres/embedded.ts"
import { migrate } from "../../../src/postgres/migrate.ts"
import { parentOf } from "./processes.ts"

/** A Postgres of our own, for the benchmarks of one command. */
export interface BenchServer {
  /** "18.4" */
  version: string
  /** Process id of the server, the parent of all its processes. */
  pid: number
  /** A clone of the migrated database; its `stop` drops it. */
  createDatabase(): Promise<BenchDatabase>
  /** Stops the server and removes its data. */
  stop(): Promise<void>
}

/** A migrated database. */
export interface BenchDatabase {
  url: string
  server: BenchServer
  /** As a user's own sessions are: not with the settings of the service's. */
  pool: pg.Pool
  stop(): Promise<void>
}

/**
 * Settings of a small production server: durable (fsync and synchronous_commit are on by default), with memory
 * and room in the write-ahead log, so that neither side of a comparison is timed while it waits for a checkpoint.
 */
const settings = { shared_buffers: "512MB", max_wal_size: "8GB", checkpoint_timeout: "15min" }

/** Starts a Postgres in a temporary folder, and migrates the database that the benchmarks' are cloned from. */
export async function startBenchServer(): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), "sf-shadow-bench-"))
  const embedded = await startEmbeddedPostgres({ dataDir: folder, settings })
  const admin = openPool(embedded.url)
  await admin.query("create database template_bench")
  await migrate(databaseUrl(embedded.url, "template_bench"), pino({ level: "silent" }))
  const { rows } = await admin.query<{ version: string; backend: number }>(
    "select current_setting('server_version') as version, pg_backend_pid() as backend",
  )
  const { version, backend } = rows[0] as { version: string; backend: number }
  let created = 0
  const server: BenchServer = {
    version: version.split(" ")[0] as string,
    pid: await parentOf(backend),
    async createDatabase() {
      created += 1
      const name = `bench_${created}`
      await admin.query(`create database ${name} template template_bench`)
      await admin.query("checkpoint")
      const url = databaseUrl(embedded.url, name)
      const pool = openPool(url)
      return {
        url,
        server,
        pool,
        async stop() {
          await pool.end()
          await admin.query(`drop database ${name} with (force)`)
        },
      }
    },
    async stop() {
      await admin.end()
      await embedded.stop()
      for (const path of [embedded.folder, folder]) await rm(path, { recursive: true, force: true })
    },
  }
  return server
}

function openPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 10 })
  // An idle connection that breaks says so with its next query.
  pool.on("error", () => {})
  return pool
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}
