import { Command } from "commander"
import { sfShadow } from "../base/sf_shadow.ts"
import type { HerokuImport } from "../mapping/heroku/import.ts"
import { type ExitCode, exitCodes, type Invocation, UsageError } from "./invocation.ts"
import { mappingPlanText } from "./mapping_text.ts"
import { inTransaction, onOrg, readInput } from "./on_org.ts"
import type { Work } from "./program.ts"
import { printResult } from "./result.ts"
import { writeMappingFile } from "./written_mapping.ts"

interface Options {
  compatibleSchema?: string
  idsFrom?: string
  poll?: boolean
  out?: string
  dryRun?: boolean
  json?: boolean
}

/** `mapping import-heroku FILE`: mirrors what Heroku Connect does. */
export function importHerokuCommand(invocation: Invocation, work: Work): Command {
  return new Command("import-heroku")
    .description("mirror what an export of Heroku Connect names: shows the plan, and applies it")
    .argument("<file>", "as heroku connect:export writes it")
    .option("--compatible-schema <name>", "views with Heroku Connect's names and types, in this schema")
    .option(
      "--ids-from <name>",
      "views that are made or moved take over the ids of Heroku Connect's tables in this schema",
    )
    .option("--poll", "poll objects that have change events too, as often as Heroku Connect does")
    .option("--out <file>", "write the mapping file that the export comes to, with or without --dry-run")
    .option("--dry-run", "show the plan, and change nothing")
    .option("--json", "print the plan as JSON")
    .addHelpText(
      "after",
      `
All of it is done, or nothing. Done again it does nothing. Objects and fields that are mirrored already stay as they are.

Examples:
  ${sfShadow} mapping import-heroku export.json --compatible-schema salesforce --dry-run
  ${sfShadow} mapping import-heroku export.json --compatible-schema salesforce
  ${sfShadow} mapping import-heroku export.json --dry-run --out mapping.json`,
    )
    .action((file: string, options: Options) => work(() => importFile(invocation, file, options)))
}

async function importFile(
  invocation: Invocation,
  name: string,
  { compatibleSchema, idsFrom, poll = false, out, dryRun = false, json }: Options,
): Promise<ExitCode> {
  if (idsFrom !== undefined && compatibleSchema === undefined)
    throw new UsageError("--ids-from is for the views of --compatible-schema: give both, or none of them.")
  const { readHerokuExport } = await import("../mapping/heroku/read.ts")
  const read = await readInput(name, readHerokuExport)
  const { plan, imported } = await onOrg(invocation, async (pool, session) => {
    const { applyMappingFile } = await import("../mapping/file/apply.ts")
    const { readMirrored } = await import("../mapping/file/mirrored.ts")
    const { importHeroku } = await import("../mapping/heroku/import.ts")
    const imported = await importHeroku(session, await readMirrored(pool), read, {
      compatibleSchema,
      idsFrom,
      poll,
    })
    const options = { prune: false, dropData: false, isDry: dryRun, idsFrom }
    const plan = await inTransaction(pool, dryRun, (client) =>
      applyMappingFile(client, imported.file, imported.org, options),
    )
    return { plan, imported }
  })
  const { notes, file, org } = imported
  if (out !== undefined) await writeMappingFile(out, { version: 1, objects: file.objects })
  const { changes } = plan
  // What the export does not name is none of its business.
  const planned = mappingPlanText({ changes, left: [] }, { dropData: false, records: org.records })
  printResult(
    json,
    { applied: !dryRun && changes.length > 0, notes, changes },
    `${notesText(notes)}${planned}${out === undefined ? "" : `${out} has the same as a mapping file.\n`}${endText(name, changes.length, dryRun)}`,
  )
  return exitCodes.done
}

function notesText(notes: HerokuImport["notes"]): string {
  return notes
    .filter((one) => one.notes.length > 0)
    .map((one) => `${one.object ?? "All objects"}:\n${one.notes.map((note) => `  ${note}\n`).join("")}\n`)
    .join("")
}

function endText(name: string, changes: number, dryRun: boolean): string {
  if (changes === 0) return `Nothing to do: all that ${name} says is so.`
  if (dryRun) return "Nothing was changed (--dry-run)."
  return `${name}: imported. The running service follows it within seconds, and loads what is new: ${sfShadow} status shows how far it is.`
}
