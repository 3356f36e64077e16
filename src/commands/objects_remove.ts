import { Command } from "commander"
import { readDatabaseConfig } from "../base/config.ts"
import { createLog } from "../base/log.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import { exitCodes, type Invocation } from "./invocation.ts"
import { inTransaction, toUsageError } from "./on_org.ts"
import { objectRemovalText } from "./plan_text.ts"
import type { Work } from "./program.ts"
import { printResult } from "./result.ts"

/** `objects remove OBJECT`: mirrors it no more. */
export function removeObjectCommand(invocation: Invocation, work: Work): Command {
  return new Command("remove")
    .description("mirror an object no more; its table stays as it is, unless --drop-data")
    .argument("<object>", "Salesforce name, for instance Contact")
    .option("--drop-data", "drop the table with its rows, and that of its versions")
    .option("--dry-run", "show what would be done, and change nothing")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
Children are removed before their parent. Its events of the last days leave the event log with their days.
SELECT add_job('remove_object', '{"object":"Contact","drop_data":true}') does the same from SQL.

Examples:
  ${sfShadow} objects remove Contact --dry-run
  ${sfShadow} objects remove Contact --drop-data`,
    )
    .action(
      (object: string, { dropData = false, dryRun = false, json }: Record<string, boolean | undefined>) =>
        work(async () => {
          const { databaseUrl, logLevel } = readDatabaseConfig(invocation.environment)
          const { withDatabase } = await import("./database.ts")
          const { removeObject } = await import("../mapping/plan.ts")
          const table = await withDatabase(databaseUrl, createLog(logLevel), (pool) =>
            inTransaction(pool, dryRun, (client) => removeObject(client, object, dropData)).catch(
              toUsageError,
            ),
          )
          const text = objectRemovalText({ object, table, dropData })
          const end = dryRun ? "Nothing was changed (--dry-run)." : `${object}: removed.`
          printResult(json, { object, table, dropped: dropData, applied: !dryRun }, `${text}\n${end}`)
          return exitCodes.done
        }),
    )
}
