import { Argument, Command } from "commander"
import { sfShadow } from "../base/sf_shadow.ts"
import { exitCodes, type Invocation } from "./invocation.ts"
import { onMapping } from "./on_org.ts"
import { historyPlanText } from "./plan_text.ts"
import type { Work } from "./program.ts"
import { printResult } from "./result.ts"

/** `objects history OBJECT on|off`: shows the plan, and applies it. */
export function historyCommand(invocation: Invocation, work: Work): Command {
  return new Command("history")
    .description(
      "keep the versions of a mirrored object from now on, or keep them no more: shows the plan, applies it",
    )
    .argument("<object>", "Salesforce name, for instance PricebookEntry")
    .addArgument(new Argument("<on|off>", "on: keep them; off: keep no more").choices(["on", "off"]))
    .option("--drop-data", "with off: drop the table of the versions")
    .option("--dry-run", "show the plan, and change nothing")
    .option("--json", "print the plan as JSON")
    .addHelpText(
      "after",
      `
The table is <table>_history. SELECT add_job('keep_history', '{"object":"PricebookEntry","history":true}') does the same from SQL.

Examples:
  ${sfShadow} objects history PricebookEntry on --dry-run
  ${sfShadow} objects history Contact off --drop-data`,
    )
    .action(
      (
        object: string,
        wish: string,
        { dropData = false, dryRun = false, json }: Record<string, boolean | undefined>,
      ) =>
        work(async () => {
          const { keepHistory } = await import("../mapping/plan.ts")
          const plan = await onMapping(invocation, (client) =>
            keepHistory(client, { object, kept: wish === "on", dropData }, dryRun),
          )
          const end = dryRun ? "Nothing was changed (--dry-run)." : `${plan.object}: done.`
          printResult(json, { applied: !dryRun, plan }, `${historyPlanText(plan)}\n${end}`)
          return exitCodes.done
        }),
    )
}
