import { Command } from "commander"
import { readDatabaseConfig } from "../base/config.ts"
import { createLog } from "../base/log.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import { exitCodes, type Invocation, UsageError } from "./invocation.ts"
import type { Work } from "./program.ts"
import { printResult } from "./result.ts"

/** `pause OBJECT`: the service passes over the object's changes until it is resumed. */
export function pauseCommand(invocation: Invocation, work: Work): Command {
  return objectSwitch("pause", "stop applying an object's changes and loading it, until resume", "paused", {
    invocation,
    work,
    about: `
The rows stay and read as paused. A load that runs already goes on to its end. Children whose parent is paused may
find it missing: pause PricebookEntry together with Product2.`,
  })
}

/** `resume OBJECT`: ends a pause. */
export function resumeCommand(invocation: Invocation, work: Work): Command {
  return objectSwitch("resume", "apply an object's changes again, after pause", "resumed", {
    invocation,
    work,
    about: `
What was passed over is covered by a delta and an Id comparison, which the running service starts by itself within
seconds; until they are done the object is stale.`,
  })
}

function objectSwitch(
  name: "pause" | "resume",
  description: string,
  done: string,
  { invocation, work, about }: { invocation: Invocation; work: Work; about: string },
): Command {
  return new Command(name)
    .description(description)
    .argument("<object>", "Salesforce name, for instance Account")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `${about}
SELECT sf_shadow_${name}('Account') does the same from SQL, for operators.

Example:
  ${sfShadow} ${name} Account`,
    )
    .action((object: string, { json }: { json?: boolean }) =>
      work(async () => {
        const { databaseUrl, logLevel } = readDatabaseConfig(invocation.environment)
        const { withDatabase } = await import("./database.ts")
        const changed = await withDatabase(databaseUrl, createLog(logLevel), async (pool) => {
          const { rows } = await pool.query<{ changed: boolean }>(
            `select public.sf_shadow_${name}(object => $1) as changed`,
            [object],
          )
          return rows[0]?.changed === true
        }).catch((cause) => {
          if (sqlstateOf(cause) !== sqlstate.notMirrored) throw cause
          throw new UsageError(`${cause.message}. ${cause.hint}`, { cause })
        })
        const before = name === "pause" ? "was paused before" : "was not paused"
        const text = changed ? `${object} is ${done}.` : `${object} ${before}: nothing changed.`
        printResult(json, { object, paused: name === "pause", changed }, text)
        return exitCodes.done
      }),
    )
}
