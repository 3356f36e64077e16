import type { ClientBase } from "pg"
import type { Revision } from "./schema_files.ts"
import { sqlstate, sqlstateOf } from "./sqlstate.ts"

type Queries = Pick<ClientBase, "query">

/** What was applied to a database, as the database says. */
export interface Applied {
  /** Undefined before the first migrate has ended. */
  revision: Revision | undefined
  /** Hashes of the numbered migrations, by id. */
  migrations: Map<number, string>
  /** By file name. */
  current: Map<string, AppliedFile>
}

export interface AppliedFile {
  file: string
  fingerprint: string
  name: string | null
  body: string | null
}

/** The revision that a database is at; undefined where it was never migrated. */
export async function readDatabaseRevision(client: Queries): Promise<Revision | undefined> {
  const [row] = await rowsIfThere<Revision>(client, "select revision, serves from sf_shadow.revision")
  return row
}

export async function readApplied(client: Queries): Promise<Applied> {
  const revision = await readDatabaseRevision(client)
  // Somebody else's schema of this name may have a table of this name.
  const migrations = await rowsIfThere<{ id: number; hash: string }>(
    client,
    `select id, hash from sf_shadow.migrations
     where exists (select from sf_shadow.migrations first where first.id = 1 and first.name = 'shadow')`,
  )
  const current = await rowsIfThere<AppliedFile>(
    client,
    "select file, fingerprint, name, body from sf_shadow.current_file",
  )
  return {
    revision,
    migrations: new Map(migrations.map(({ id, hash }) => [id, hash])),
    current: new Map(current.map((row) => [row.file, row])),
  }
}

const missing = new Set<string | undefined>([
  sqlstate.undefinedTable,
  sqlstate.undefinedColumn,
  sqlstate.undefinedSchema,
])

/** None where the table, a column or the schema is missing. */
async function rowsIfThere<T extends object>(client: Queries, sql: string): Promise<T[]> {
  try {
    return (await client.query<T>(sql)).rows
  } catch (error) {
    if (missing.has(sqlstateOf(error))) return []
    throw error
  }
}
