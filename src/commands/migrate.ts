import { Command } from "commander"
import { readDatabaseConfig } from "../base/config.ts"
import { createLog } from "../base/log.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import { CommandError, exitCodes, type Invocation } from "./invocation.ts"
import type { Work } from "./program.ts"

/** `migrate`: the only command that changes the schema. */
export function migrateCommand(invocation: Invocation, work: Work): Command {
  return new Command("migrate")
    .description("bring the database's schema up to date; safe to call from several processes at once")
    .addHelpText(
      "after",
      `\nExample:\n  DATABASE_URL=postgres://sf_shadow@localhost/shop ${sfShadow} migrate`,
    )
    .action(() =>
      work(async () => {
        const { databaseUrl, logLevel } = readDatabaseConfig(invocation.environment)
        const { migrate } = await import("../postgres/migrate.ts")
        const { OtherMigrationsError } = await import("../postgres/other_migrations.ts")
        const { OlderProgramError } = await import("../postgres/revision.ts")
        const { NamesTakenError } = await import("../postgres/taken_names.ts")
        const { assertReachable } = await import("../postgres/fault.ts")
        await assertReachable(databaseUrl)
        try {
          const { revision, migrations, current } = await migrate(databaseUrl, createLog(logLevel))
          const added = migrations.length > 0 ? migrations.join(", ") : "none were missing"
          process.stdout.write(
            `Migrated to schema revision ${revision}. Migrations: ${added}. Functions and views applied: ${current} files.\n`,
          )
          return exitCodes.done
        } catch (cause) {
          const refusals = [OlderProgramError, OtherMigrationsError, NamesTakenError]
          if (refusals.some((refusal) => cause instanceof refusal)) throw cause
          throw new CommandError(
            `The migration failed, and nothing of the failing step was kept: ${(cause as Error).message}`,
            { cause },
          )
        }
      }),
    )
}
