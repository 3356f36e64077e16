import { Command } from "commander"
import { readDatabaseConfig } from "../base/config.ts"
import { createLog } from "../base/log.ts"
import { sfShadow, sfShadowToPipe } from "../base/sf_shadow.ts"
import { exitCodes, type Invocation } from "./invocation.ts"
import { applyMappingCommand, planMappingCommand } from "./mapping_apply.ts"
import { importHerokuCommand } from "./mapping_import.ts"
import type { Work } from "./program.ts"
import { mappingText, schemaName, writeMappingFile } from "./written_mapping.ts"

/** `mapping`: all that is mirrored, as one file. */
export function mappingCommand(invocation: Invocation, work: Work): Command {
  return new Command("mapping")
    .description("keep in a file what is mirrored, for instance in git")
    .addHelpText(
      "after",
      `\nExamples:\n  ${sfShadow} mapping export mapping.json\n  ${sfShadow} mapping plan mapping.json\n  ${sfShadow} mapping apply mapping.json`,
    )
    .addCommand(exportCommand(invocation, work))
    .addCommand(planMappingCommand(invocation, work))
    .addCommand(applyMappingCommand(invocation, work))
    .addCommand(importHerokuCommand(invocation, work))
}

function exportCommand(invocation: Invocation, work: Work): Command {
  return new Command("export")
    .description("write what is mirrored as a mapping file")
    .argument("[file]", `where to, with ${schemaName}, for editors, beside it; default: stdout`)
    .addHelpText(
      "after",
      `
Applied to the same database the file changes nothing; applied to another one it makes the same of it.

Examples:
  ${sfShadow} mapping export mapping.json
  ${sfShadowToPipe} mapping export | jq '.objects | keys'`,
    )
    .action((file: string | undefined) =>
      work(async () => {
        const { databaseUrl, logLevel } = readDatabaseConfig(invocation.environment)
        const { withDatabase } = await import("./database.ts")
        const { readMirrored, secondColumns, toMappingFile } = await import("../mapping/file/mirrored.ts")
        const mirrored = await withDatabase(databaseUrl, createLog(logLevel), readMirrored)
        const mapping = toMappingFile(mirrored, `./${schemaName}`)
        const unsaid = secondColumns(mirrored)
        if (unsaid.length > 0) {
          process.stderr.write(
            `Not in the file, since a field has one column there: ${unsaid.join("; ")}. They stay as they are.\n`,
          )
        }
        if (file === undefined) {
          process.stdout.write(mappingText(mapping))
          return exitCodes.done
        }
        const schemaFile = await writeMappingFile(file, mapping)
        process.stdout.write(
          `${file} has the ${mirrored.length} mirrored objects, and ${schemaFile} tells editors what it may say.\n`,
        )
        return exitCodes.done
      }),
    )
}
