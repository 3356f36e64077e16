import { Command } from "commander"
import { sfShadow } from "../base/sf_shadow.ts"
import { exitCodes, type Invocation } from "./invocation.ts"
import { onOrg } from "./on_org.ts"
import { fieldsPlanText } from "./plan_text.ts"
import type { Work } from "./program.ts"
import { printResult } from "./result.ts"

interface AddOptions {
  column?: string
  dryRun?: boolean
  json?: boolean
}

/** `fields add OBJECT FIELD...`: shows the plan, and applies it. */
export function addFieldsCommand(invocation: Invocation, work: Work): Command {
  return new Command("add")
    .description("give a mirrored object more columns: shows the plan, applies it, and has them filled")
    .argument("<object>", "Salesforce name, for instance Contact")
    .argument("<field...>", "Salesforce names; a compound stands for its parts")
    .option(
      "--column <name>",
      "of a single field: its column, in place of the name that follows from its own",
    )
    .option("--dry-run", "show the plan, and change nothing")
    .option("--json", "print the plan as JSON")
    .addHelpText(
      "after",
      `
All of them are added, or none. SELECT add_job('add_fields', '{"object":"Contact","fields":["Title"]}') does the same
from SQL.

Examples:
  ${sfShadow} fields add Contact Title Phone --dry-run
  ${sfShadow} fields add Account Internet_Speed__c --column speed`,
    )
    .action((object: string, fields: string[], { column, dryRun = false, json }: AddOptions) =>
      work(async () => {
        const plan = await onOrg(invocation, async (pool, session) => {
          const { addFields } = await import("../mapping/fields.ts")
          const { describeWishes } = await import("../mapping/plan.ts")
          const { transaction } = await import("../postgres/transaction.ts")
          const wish = { object, fields, column }
          const [described] = await describeWishes(session, [wish])
          if (described === undefined) throw new Error(`${object} was not described`)
          return transaction(pool, (client) => addFields(client, wish, described, dryRun))
        })
        const added = plan.columns.map(({ column }) => column).join(", ")
        const end = dryRun
          ? "Nothing was changed (--dry-run)."
          : `${added}: added. Until the values are there ${plan.object} is "filling" in ${sfShadow} status, which names them.`
        printResult(json, { applied: !dryRun, plan }, `${fieldsPlanText(plan)}\n${end}`)
        return exitCodes.done
      }),
    )
}
