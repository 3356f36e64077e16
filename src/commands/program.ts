import { Command, CommanderError } from "commander"
import { isSwitchedOn } from "../base/config.ts"
import { adoptOrgCommand } from "./adopt_org.ts"
import { cacheCommand } from "./cache.ts"
import { doctorCommand } from "./doctor.ts"
import { fieldsCommand } from "./fields.ts"
import { type ExitCode, exitCodeOf, exitCodes, type Invocation } from "./invocation.ts"
import { backfillCommand, deltaCommand } from "./load.ts"
import { mappingCommand } from "./mapping.ts"
import { migrateCommand } from "./migrate.ts"
import { objectsCommand } from "./objects.ts"
import { pauseCommand, resumeCommand } from "./pause.ts"
import { reapplyCommand } from "./reapply.ts"
import { rejectsCommand } from "./rejects.ts"
import { replayCommand } from "./replay.ts"
import { runCommand } from "./run.ts"
import { runsCommand } from "./runs.ts"
import { simulatorCommand } from "./simulator.ts"
import { startCommand } from "./start.ts"
import { statusCommand } from "./status.ts"
import { variablesHelp } from "./variables_help.ts"
import { verifyCommand } from "./verify.ts"

/** A command's work; its result is the exit code of the process. */
export type Work = (work: () => Promise<ExitCode>) => Promise<void>

/**
 * Parses the arguments, runs the command and prints its error, if any, as one message (with stack at
 * LOG_LEVEL=debug or trace).
 *
 * @returns the exit code; never throws
 */
export async function run(args: readonly string[], invocation: Invocation): Promise<ExitCode> {
  const { environment } = invocation
  let code: ExitCode = exitCodes.done
  const work: Work = async (perform) => {
    code = await perform()
  }
  const program = new Command("sf-shadow")
    .description("Keeps Postgres shadow tables equal to the objects of a Salesforce org.")
    .showHelpAfterError("(--help shows the commands and options)")
    .addHelpText("after", variablesHelp)
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed or incomplete, 2 usage or configuration, 3 a fuse tripped, 130 interrupted.",
    )
  const workUnlessOff: Work = (perform) => work(isSwitchedOn(environment) ? perform : sayOff)
  const always = new Set([migrateCommand, doctorCommand, statusCommand])
  for (const command of [
    startCommand,
    migrateCommand,
    doctorCommand,
    runCommand,
    backfillCommand,
    deltaCommand,
    verifyCommand,
    statusCommand,
    objectsCommand,
    fieldsCommand,
    mappingCommand,
    pauseCommand,
    resumeCommand,
    runsCommand,
    rejectsCommand,
    replayCommand,
    reapplyCommand,
    cacheCommand,
    adoptOrgCommand,
    simulatorCommand,
  ]) {
    program.addCommand(command(invocation, always.has(command) ? work : workUnlessOff))
  }
  for (const command of [program, ...program.commands.flatMap((one) => [one, ...one.commands])]) {
    // What follows the name of a subcommand is that one's: it may have an option of the same name.
    command.exitOverride().allowExcessArguments(false).enablePositionalOptions()
  }
  try {
    await program.parseAsync(args as string[], { from: "user" })
    return code
  } catch (error) {
    // Commander has printed its own message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
    code = exitCodeOf(error, invocation.signal)
    if (code !== exitCodes.interrupted) printError(error, invocation)
    return code
  }
}

/** On stderr: what reads the result of a command from stdout gets none. */
async function sayOff(): Promise<ExitCode> {
  process.stderr.write(
    "sf-shadow is switched off (SF_SHADOW_ENABLED=false), and nothing was done. Only migrate, doctor and status work " +
      "now; unset SF_SHADOW_ENABLED, or set it to true, to switch it on.\n",
  )
  return exitCodes.done
}

function printError(error: unknown, { environment }: Invocation): void {
  const withStack = ["debug", "trace"].includes(environment.LOG_LEVEL ?? "")
  const message = error instanceof Error ? error.message || error.name : String(error)
  process.stderr.write(`${withStack && error instanceof Error ? error.stack : message}\n`)
}
