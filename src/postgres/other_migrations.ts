import { sfShadow } from "../base/sf_shadow.ts"
import type { Applied } from "./applied.ts"
import type { SchemaFiles } from "./schema_files.ts"

/** The database has applied migrations of the same numbers with other contents. */
export class OtherMigrationsError extends Error {
  override readonly name = "OtherMigrationsError"
}

/**
 * Checks that what was applied is what this program would have applied. Numbers that only the database has are a newer
 * program's, which migrates just now or was interrupted: they are no matter of this one.
 *
 * @throws OtherMigrationsError that lists the files, and says what to do; nothing was changed
 */
export function assertSameMigrations({ migrations }: SchemaFiles, applied: Applied): void {
  const others = migrations.filter(({ id, hash }) => (applied.migrations.get(id) ?? hash) !== hash)
  if (others.length === 0) return
  throw new OtherMigrationsError(
    `The database was migrated by other files than ${others.map(({ file }) => file).join(", ")} of this program. Nothing was done. ` +
      "If the files were edited, or their line ends changed: install this version again. If an unreleased state of sf-shadow has " +
      "migrated the database: stop every process, remove everything of it (docs/rollout.md, way back of step 1), then run " +
      `${sfShadow} migrate and ${sfShadow} backfill, which bring everything from Salesforce again.`,
  )
}
