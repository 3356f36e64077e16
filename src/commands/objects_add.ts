import { Command, Option } from "commander"
import { sfShadow } from "../base/sf_shadow.ts"
import type { Plan, Wish } from "../mapping/plan.ts"
import { exitCodes, type Invocation, UsageError } from "./invocation.ts"
import { inTransaction, onOrg } from "./on_org.ts"
import { planText } from "./plan_text.ts"
import type { Work } from "./program.ts"
import { printResult } from "./result.ts"

interface AddOptions {
  fields?: string[]
  allFields?: boolean
  table?: string
  keep?: "mapped" | "all"
  parent?: string
  poll?: string
  where?: string
  history?: boolean
  dryRun?: boolean
  json?: boolean
}

/** `objects add OBJECT...`: shows the plan of each, and applies all of them or none. */
export function addObjectsCommand(invocation: Invocation, work: Work): Command {
  const list = (text: string) =>
    text
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "")
  return new Command("add")
    .description(
      "mirror objects: shows the plan, applies it, and has the running service load and follow them",
    )
    .argument("<object...>", "Salesforce names, for instance Contact")
    .addOption(
      new Option(
        "--fields <names>",
        "fields to have as columns, with commas; a compound stands for its parts",
      )
        .argParser(list)
        .conflicts("allFields"),
    )
    .option("--all-fields", "every field that can be a column (the default)")
    .option("--table <name>", "name of the table; default: sf_<object>_shadow")
    .addOption(
      new Option("--keep <what>", "what raw_payload keeps; default: mapped").choices(["mapped", "all"]),
    )
    .option("--parent <field>", "field of the record that it is deleted with; default: its mirrored master")
    .option("--poll <time>", "poll it this often, and follow no change events; default: 5m where it has none")
    .option(
      "--where <condition>",
      "mirror only the records that meet this, as it follows WHERE in SOQL; default: all",
    )
    .option("--history", "keep the versions of its records, in <table>_history")
    .option("--dry-run", "show the plan, and change nothing")
    .option("--json", "print the plans as JSON")
    .addHelpText(
      "after",
      `
All of them are added, or none. SELECT add_job('add_object', '{"object":"Contact"}') does the same from SQL.

Examples:
  ${sfShadow} objects add Contact --dry-run
  ${sfShadow} objects add Contact --fields FirstName,LastName,Email,AccountId
  ${sfShadow} objects add Opportunity OpportunityLineItem --history
  ${sfShadow} objects add CaseStatus --poll 1h
  ${sfShadow} objects add Contact --where "HasOptedOutOfEmail = false"`,
    )
    .action((objects: string[], options: AddOptions) =>
      work(async () => {
        const { fields, table, keep, parent, poll, where, history, dryRun } = options
        if (objects.length > 1 && (fields ?? table ?? parent ?? where) !== undefined)
          throw new UsageError(
            "--fields, --table, --parent and --where are for one object: add the others by themselves.",
          )
        const wishes = objects.map(
          (object): Wish => ({ object, fields, table, keep, parent, poll, where, history }),
        )
        const plans = await add(wishes, dryRun === true, invocation)
        const text = plans.map(({ plan, records }) => planText(plan, records)).join("\n")
        const added = plans.map(({ plan }) => plan.object).join(", ")
        const end = dryRun
          ? "Nothing was changed (--dry-run)."
          : `${added}: added. The running service follows it within seconds, and loads it: ${sfShadow} status shows how far it is.`
        printResult(
          options.json,
          { applied: !dryRun, plans: plans.map(({ plan }) => plan) },
          `${text}\n${end}`,
        )
        return exitCodes.done
      }),
    )
}

/** All in one transaction, so that a child finds the parent before it; of a dry run nothing is left. */
function add(
  wishes: readonly Wish[],
  isDry: boolean,
  invocation: Invocation,
): Promise<{ plan: Plan; records: number | null }[]> {
  return onOrg(invocation, async (pool, session) => {
    const { addObject, countWished, describeWishes } = await import("../mapping/plan.ts")
    const described = await describeWishes(session, wishes)
    const counts: (number | null)[] = []
    for (const [at, one] of described.entries())
      counts.push(await countWished(pool, session, wishes[at] as Wish, one))
    const plans = await inTransaction(pool, isDry, async (client) => {
      const added: Plan[] = []
      for (const [at, one] of described.entries())
        added.push(await addObject(client, wishes[at] as Wish, one))
      return added
    })
    return plans.map((plan, at) => ({ plan, records: counts[at] ?? null }))
  })
}
