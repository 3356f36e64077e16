import { Command } from "commander"
import { sfShadow } from "../base/sf_shadow.ts"
import type { MappingPlan } from "../mapping/file/apply.ts"
import { type ExitCode, exitCodes, type Invocation, UsageError } from "./invocation.ts"
import { mappingPlanText } from "./mapping_text.ts"
import { inTransaction, onOrg, readInput } from "./on_org.ts"
import type { Work } from "./program.ts"
import { printResult } from "./result.ts"

interface Options {
  prune?: boolean
  dropData?: boolean
  dryRun?: boolean
  json?: boolean
}

/** `mapping plan FILE`: what apply would do. */
export function planMappingCommand(invocation: Invocation, work: Work): Command {
  return mappingFileCommand(
    "plan",
    "show how the database would become what a mapping file says, and change nothing",
  )
    .addHelpText(
      "after",
      `
Examples:
  ${sfShadow} mapping plan mapping.json
  ${sfShadow} mapping plan mapping.json --prune`,
    )
    .action((file: string, options: Options) =>
      work(() => applyFile(invocation, file, { ...options, dryRun: true })),
    )
}

/** `mapping apply FILE`: makes the database what the file says, all of it or nothing. */
export function applyMappingCommand(invocation: Invocation, work: Work): Command {
  return mappingFileCommand(
    "apply",
    "make the database what a mapping file says: shows the plan, and applies it",
  )
    .option("--dry-run", "show the plan, and change nothing: the same as mapping plan")
    .addHelpText(
      "after",
      `
All of it is done, or nothing. Done again it does nothing. The running service needs no restart.

Examples:
  ${sfShadow} mapping apply mapping.json
  ${sfShadow} mapping apply mapping.json --prune --drop-data`,
    )
    .action((file: string, options: Options) => work(() => applyFile(invocation, file, options)))
}

function mappingFileCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument("<file>", "a mapping file, as mapping export writes it")
    .option("--prune", "what is in the database and not in the file is mirrored no more")
    .option("--drop-data", "with --prune: its tables and columns go too")
    .option("--json", "print the plan as JSON")
}

async function applyFile(
  invocation: Invocation,
  name: string,
  { prune = false, dropData = false, dryRun = false, json }: Options,
): Promise<ExitCode> {
  if (dropData && !prune)
    throw new UsageError("--drop-data is for what --prune removes: give both, or none of them.")
  const { readMappingFile } = await import("../mapping/file/read.ts")
  const file = await readInput(name, readMappingFile)
  const { plan, records } = await onOrg(invocation, async (pool, session) => {
    const { applyMappingFile } = await import("../mapping/file/apply.ts")
    const { findDifference } = await import("../mapping/file/difference.ts")
    const { readMirrored } = await import("../mapping/file/mirrored.ts")
    const { askOrg } = await import("../mapping/file/org.ts")
    const org = await askOrg(pool, session, findDifference(file, await readMirrored(pool), prune))
    const options = { prune, dropData, isDry: dryRun }
    return {
      plan: await inTransaction(pool, dryRun, (client) => applyMappingFile(client, file, org, options)),
      records: org.records,
    }
  })
  const { changes, left } = plan
  const applied = !dryRun && changes.length > 0
  printResult(
    json,
    { applied, dropped: dropData, changes, left },
    `${mappingPlanText(plan, { dropData, records })}${endText(name, plan, dryRun)}`,
  )
  return exitCodes.done
}

function endText(name: string, { changes }: MappingPlan, dryRun: boolean): string {
  if (changes.length === 0) return `Nothing to do: all that ${name} says is so.`
  if (dryRun) return `Nothing was changed. This applies it: ${sfShadow} mapping apply ${name}`
  return `${name}: applied. The running service follows it within seconds, and loads what is new: ${sfShadow} status shows how far it is.`
}
