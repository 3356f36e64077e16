import type { PoolClient } from "pg"
import { migrate as runNumberedMigrations } from "postgres-migrations"
import type { Log } from "../base/log.ts"
import { readApplied } from "./applied.ts"
import { applyCurrent, currentDue } from "./current.ts"
import { lockSpaces } from "./lock_spaces.ts"
import { assertSameMigrations } from "./other_migrations.ts"
import { createPool } from "./pool.ts"
import { migrateQueue, queueSchema } from "./queue.ts"
import { assertNotOlder } from "./revision.ts"
import { createRoles } from "./roles.ts"
import {
  type CurrentFile,
  migrationsFolder,
  type Revision,
  readRevision,
  readSchemaFiles,
  type SchemaFiles,
} from "./schema_files.ts"
import { sqlstate, sqlstateOf } from "./sqlstate.ts"
import { assertNamesFree, NamesTakenError } from "./taken_names.ts"
import { releaseAfter } from "./transaction.ts"

/** What a migration did. */
export interface Migrated {
  /** The schema's revision now. */
  revision: number
  /** File names of the numbered migrations that were applied just now. */
  migrations: string[]
  /** Files of sql/current that were applied again. */
  current: number
}

/**
 * Brings a database to the schema of this program: numbered migrations, then graphile-worker's own, then what has
 * changed of sql/current in one transaction. With nothing to do it only reads the catalog: it waits for nobody. Safe to
 * call from several processes at once: one works, the others wait and find nothing to do.
 *
 * @throws OlderProgramError where the schema is newer, OtherMigrationsError where it was made by other files,
 *   NamesTakenError where others have names of ours: nothing was done; an Error that names the file of a failing
 *   migration: what was applied before it stays
 */
export async function migrate(databaseUrl: string, log: Log): Promise<Migrated> {
  const files = await readSchemaFiles()
  const program = await readRevision()
  const pool = createPool(databaseUrl, { max: 3 })
  pool.on("error", (err) =>
    log.warn({ event: "database_connection_lost", err }, "an idle connection was lost"),
  )
  const client = await pool.connect()
  const nothing = { revision: program.revision, migrations: [], current: 0 }
  try {
    if (!(await isMigrated(client, files, program))) {
      // A session lock: postgres-migrations and graphile-worker commit several times under it.
      await client.query("select pg_advisory_lock($1, -1)", [lockSpaces.object])
      // Refuses before the first statement that changes anything.
      await whatIsDue(client, files, program)
    }
    await createRoles(client, log)
    // Another process may have done it meanwhile.
    if (isNothing(await whatIsDue(client, files, program))) return nothing
    const migrations = await applyMigrations(client, log)
    await migrateQueue(pool)
    const { current } = await whatIsDue(client, files, program)
    await applyCurrent(client, current, files.current, program)
    log.info(
      { event: "migrated", revision: program.revision, migrations, current: current.length },
      `database migrated to revision ${program.revision}: ${migrations.length} new migrations`,
    )
    return { revision: program.revision, migrations, current: current.length }
  } finally {
    await releaseAfter(client, "select pg_advisory_unlock_all()")
    await pool.end()
  }
}

interface Due {
  /** The numbered migrations or the queue's, or nothing but the revision itself. */
  schema: boolean
  /** Files of sql/current that are to be applied. */
  current: CurrentFile[]
}

const isNothing = ({ schema, current }: Due) => !schema && current.length === 0

/** Whether nothing is to be done, without a lock: what another process makes meanwhile may look like somebody else's. */
async function isMigrated(client: PoolClient, files: SchemaFiles, program: Revision): Promise<boolean> {
  try {
    return isNothing(await whatIsDue(client, files, program))
  } catch (error) {
    if (error instanceof NamesTakenError) return false
    throw error
  }
}

/** What is missing for this program's schema. Reads the catalog and our own small tables only. */
async function whatIsDue(client: PoolClient, files: SchemaFiles, program: Revision): Promise<Due> {
  const applied = await readApplied(client)
  assertNotOlder(program, applied.revision)
  assertSameMigrations(files, applied)
  await assertNamesFree(client, files, applied)
  const { rows } = await client.query<{ queue: boolean }>("select to_regnamespace($1) is not null as queue", [
    queueSchema,
  ])
  const { revision, serves } = applied.revision ?? {}
  return {
    schema:
      revision !== program.revision ||
      serves !== program.serves ||
      !rows[0]?.queue ||
      files.migrations.some(({ id }) => !applied.migrations.has(id)),
    current: await currentDue(client, files.current, applied),
  }
}

async function applyMigrations(client: PoolClient, log: Log): Promise<string[]> {
  await client.query("create schema if not exists sf_shadow")
  // Made by us and found first on the search_path: postgres-migrations takes any table of this name for its own.
  await client.query(`create table if not exists sf_shadow.migrations (
    id integer primary key, name varchar(100) unique not null, hash varchar(40) not null,
    executed_at timestamp default current_timestamp)`)
  await client.query("set search_path = sf_shadow, public")
  const applied = await runPending(client, log)
  // Not reset: that would bring the role's own.
  await client.query("set search_path = ''")
  return applied.map(({ fileName }) => fileName)
}

/** How often a migration that has met a running service in a deadlock is tried. */
const mostTries = 10

/**
 * Runs the numbered migrations that are pending. Services go on meanwhile, and take the same tables in another order than a
 * migration does: Postgres ends one of the two, and if that is the migration, it is whole again, and tried again.
 *
 * @returns those that were applied in the last try; the ones before a deadlock stay applied
 */
async function runPending(client: PoolClient, log: Log): Promise<{ fileName: string }[]> {
  for (let tries = 1; ; tries++) {
    // The library's own error keeps no SQLSTATE.
    let refusedWith: string | undefined
    const query = (...args: unknown[]) =>
      Promise.resolve((client.query as (...args: unknown[]) => unknown).apply(client, args)).catch(
        (error) => {
          refusedWith ??= sqlstateOf(error)
          throw error
        },
      )
    const watched = Object.create(client, { query: { value: query } }) as PoolClient
    try {
      return await runNumberedMigrations({ client: watched }, migrationsFolder, {
        logger: (message) => log.debug({ event: "migration" }, message),
      })
    } catch (error) {
      if (refusedWith !== sqlstate.deadlockDetected || tries === mostTries) throw error
      log.warn(
        { event: "migration_repeated", tries },
        "a migration and a running service waited for each other; the migration is tried again",
      )
    }
  }
}
