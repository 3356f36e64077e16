import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { runMigrations } from "graphile-worker"
import type { Pool, PoolClient } from "pg"
import { migrate as runNumberedMigrations } from "postgres-migrations"
import type { Log } from "../log.ts"
import { createPool } from "./pool.ts"
import { createRoles } from "./roles.ts"
import { sqlstate, sqlstateOf } from "./sqlstate.ts"

const sqlFolder = join(import.meta.dirname, "../../sql")
const migrationsFolder = join(sqlFolder, "migrations")
const currentFolder = join(sqlFolder, "current")

/** The database lacks migrations that this program needs, or has some that it does not know. */
export class NotMigratedError extends Error {
  override name = "NotMigratedError"
}

/** What a migration did. */
export interface Migrated {
  /** File names of the numbered migrations that were applied just now. */
  migrations: string[]
  /** Files of sql/current that were applied again. */
  current: number
}

/**
 * Brings a database to the schema of this program: numbered migrations, then graphile-worker's own, then
 * sql/current in one transaction (style: "In migrations / In current"). Safe to call from several processes at
 * once: one works, the others wait and find nothing to do.
 *
 * @throws Error that names the file of a failing migration; what was applied before it stays
 */
export async function migrate(databaseUrl: string, log: Log): Promise<Migrated> {
  const pool = createPool(databaseUrl, { max: 3 })
  pool.on("error", (err) =>
    log.warn({ event: "database_connection_lost", err }, "an idle connection was lost"),
  )
  const client = await pool.connect()
  try {
    // A session lock: postgres-migrations and graphile-worker commit several times under it.
    await client.query("select pg_advisory_lock(21318, -1)")
    await createRoles(client, log)
    const migrations = await applyMigrations(client, log)
    await runMigrations({ pgPool: pool })
    const current = await applyCurrent(client)
    log.info(
      { event: "migrated", migrations, current },
      `database migrated: ${migrations.length} new migrations`,
    )
    return { migrations, current }
  } finally {
    await client
      .query("select pg_advisory_unlock_all()")
      .then(() => client.release())
      .catch((error) => client.release(error))
    await pool.end()
  }
}

/**
 * Checks that the database has the schema that this program knows.
 *
 * @throws NotMigratedError when it is older or newer
 */
export async function assertMigrated(pool: Pool): Promise<void> {
  const known = (await sqlFiles(migrationsFolder)).length
  const { hash } = await readCurrent()
  const row = await pool
    .query<{ applied: number; hash: string | null }>(
      `select (select max(id) from sf_shadow.migrations)::int as applied,
         obj_description('sf_shadow'::regnamespace, 'pg_namespace') as hash`,
    )
    .then(({ rows }) => rows[0])
    .catch((error) => {
      // Neither the table nor the schema.
      if (sqlstateOf(error) === sqlstate.undefinedTable || sqlstateOf(error) === "3F000") return undefined
      throw error
    })
  const applied = row?.applied ?? -1
  if (applied > known) {
    throw new NotMigratedError(
      `The database was migrated by a newer version (migration ${applied}, this program knows ${known}). Deploy that version here too, then run migrate.`,
    )
  }
  if (applied < known || row?.hash !== hash) {
    throw new NotMigratedError(
      "The database is not migrated to this version. Run migrate: npm run sf-shadow -- migrate",
    )
  }
}

async function applyMigrations(client: PoolClient, log: Log): Promise<string[]> {
  await client.query("create schema if not exists sf_shadow")
  // Made by us and found first on the search_path: postgres-migrations takes any table of this name for its own.
  await client.query(`create table if not exists sf_shadow.migrations (
    id integer primary key, name varchar(100) unique not null, hash varchar(40) not null,
    executed_at timestamp default current_timestamp)`)
  await client.query("set search_path = sf_shadow, public")
  const applied = await runNumberedMigrations({ client }, migrationsFolder, {
    logger: (message) => log.debug({ event: "migration" }, message),
  })
  // Not reset: that would bring the role's own.
  await client.query("set search_path = ''")
  return applied.map(({ fileName }) => fileName)
}

async function applyCurrent(client: PoolClient): Promise<number> {
  const { files, hash } = await readCurrent()
  await client.query("begin")
  try {
    // A reader with an open transaction on a view must not block every other reader behind us.
    await client.query("set local lock_timeout = '15s'")
    for (const { name, sql } of files) {
      await client.query(sql).catch((error: Error) => {
        const hint =
          sqlstateOf(error) === sqlstate.lockNotAvailable
            ? " Somebody holds a lock on it for over 15 s: end that transaction and run migrate again."
            : ""
        throw new Error(`sql/current/${name}: ${error.message}.${hint}`, { cause: error })
      })
    }
    await client.query(`comment on schema sf_shadow is '${hash}'`)
    await client.query("commit")
  } catch (error) {
    await client.query("rollback")
    throw error
  }
  return files.length
}

interface CurrentFiles {
  files: { name: string; sql: string }[]
  hash: string
}

let current: Promise<CurrentFiles> | undefined

/** The repeatable files in order, and a fingerprint of them all, kept as the schema's comment; read once. */
function readCurrent(): Promise<CurrentFiles> {
  current ??= readCurrentFiles()
  return current
}

async function readCurrentFiles(): Promise<CurrentFiles> {
  const names = await sqlFiles(currentFolder)
  const files = await Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(join(currentFolder, name), "utf8") })),
  )
  const hash = createHash("sha256")
  for (const { name, sql } of files) hash.update(`${name}\n${sql}\n`)
  return { files, hash: `sql/current ${hash.digest("hex").slice(0, 16)}` }
}

async function sqlFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort()
}
