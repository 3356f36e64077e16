import { Command } from "commander"
import { sfShadow } from "../base/sf_shadow.ts"
import { exitCodes, type Invocation } from "./invocation.ts"
import { onMapping } from "./on_org.ts"
import { removalPlanText, renamePlanText } from "./plan_text.ts"
import type { Work } from "./program.ts"
import { printResult } from "./result.ts"

type Options = { dropData?: boolean; dryRun?: boolean; json?: boolean }

/** `fields remove OBJECT FIELD...`: shows the plan, and applies it. */
export function removeFieldsCommand(invocation: Invocation, work: Work): Command {
  return new Command("remove")
    .description("fill columns of a mirrored object no more; they stay as they are, unless --drop-data")
    .argument("<object>", "Salesforce name, for instance Contact")
    .argument("<field...>", "Salesforce names of mapped fields")
    .option("--drop-data", "drop the columns")
    .option("--dry-run", "show the plan, and change nothing")
    .option("--json", "print the plan as JSON")
    .addHelpText(
      "after",
      `
SELECT add_job('remove_fields', '{"object":"Contact","fields":["Title"],"drop_data":true}') does the same from SQL.

Examples:
  ${sfShadow} fields remove Contact Title --dry-run
  ${sfShadow} fields remove Contact Title Phone --drop-data`,
    )
    .action((object: string, fields: string[], { dropData = false, dryRun = false, json }: Options) =>
      work(async () => {
        const { removeFields } = await import("../mapping/fields.ts")
        const plan = await onMapping(invocation, (client) =>
          removeFields(client, { object, fields, dropData }, dryRun),
        )
        const end = dryRun ? "Nothing was changed (--dry-run)." : `${columnsOf(plan)}: removed.`
        printResult(
          json,
          { applied: !dryRun, dropped: dropData, plan },
          `${removalPlanText(plan, dropData)}\n${end}`,
        )
        return exitCodes.done
      }),
    )
}

/** `fields rename OBJECT FIELD --column NAME`: shows the plan, and applies it. */
export function renameFieldCommand(invocation: Invocation, work: Work): Command {
  return new Command("rename")
    .description("rename the column of a field")
    .argument("<object>", "Salesforce name, for instance Contact")
    .argument("<field>", "Salesforce name of a mapped field")
    .requiredOption("--column <name>", "the column's new name")
    .option("--dry-run", "show the plan, and change nothing")
    .option("--json", "print the plan as JSON")
    .addHelpText(
      "after",
      `
SELECT add_job('rename_field', '{"object":"Contact","field":"Title","column":"job_title"}') does the same from SQL.

Examples:
  ${sfShadow} fields rename Contact Title --column job_title`,
    )
    .action((object: string, field: string, { column, dryRun = false, json }: Options & { column: string }) =>
      work(async () => {
        const { renameField } = await import("../mapping/fields.ts")
        const plan = await onMapping(invocation, (client) =>
          renameField(client, { object, field, column }, dryRun),
        )
        const end = dryRun ? "Nothing was changed (--dry-run)." : `${plan.to}: renamed.`
        printResult(json, { applied: !dryRun, plan }, `${renamePlanText(plan)}\n${end}`)
        return exitCodes.done
      }),
    )
}

function columnsOf({ columns }: { columns: readonly { column: string }[] }): string {
  return columns.map(({ column }) => column).join(", ")
}
