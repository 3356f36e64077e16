import type { ClientBase } from "pg"
import { sfShadow } from "../base/sf_shadow.ts"
import { readDatabaseRevision } from "./applied.ts"
import { type Revision, readRevision } from "./schema_files.ts"

/** This program does not work on the schema of the database. */
export class NotMigratedError extends Error {
  override readonly name = "NotMigratedError"
}

/** An older program would take a newer schema back. */
export class OlderProgramError extends Error {
  override readonly name = "OlderProgramError"
}

/**
 * Checks that this program works on the schema of the database: its own revision, or a newer one that still serves it.
 *
 * @throws NotMigratedError that names both revisions, and what to do
 */
export async function assertMigrated(client: Pick<ClientBase, "query">): Promise<void> {
  const program = await readRevision()
  const database = await readDatabaseRevision(client)
  if (database === undefined || database.revision < program.revision) {
    const has =
      database === undefined ? "has no schema of this service" : `has schema revision ${database.revision}`
    throw new NotMigratedError(
      `The database is not migrated to this version: it ${has}, and this program needs ${program.revision}. ` +
        `Run migrate: ${sfShadow} migrate`,
    )
  }
  if (program.revision < database.serves) throw new NotMigratedError(tooOld(program, database))
}

/** @throws OlderProgramError where the schema is newer than this program, even one that it still works on */
export function assertNotOlder(program: Revision, database: Revision | undefined): void {
  if (database === undefined || program.revision >= database.revision) return
  const use =
    program.revision >= database.serves
      ? "It works on this schema as it is: migrate is not needed. To change the schema, run migrate of the newer version."
      : tooOld(program, database)
  throw new OlderProgramError(
    `The database has schema revision ${database.revision}, and this program is older (${program.revision}). Nothing was done. ${use}`,
  )
}

function tooOld(program: Revision, database: Revision): string {
  return (
    `The database was migrated by a newer version: its schema revision ${database.revision} serves programs from ` +
    `revision ${database.serves} on, and this one is ${program.revision}. Deploy the newer version here too.`
  )
}
