import { Command, InvalidArgumentError, Option } from "commander"
import { readDatabaseConfig } from "../base/config.ts"
import { createLog } from "../base/log.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import { exitCodes, type Invocation, UsageError } from "./invocation.ts"
import type { Work } from "./program.ts"
import { printResult } from "./result.ts"

/** `reapply OBJECT --since TIME`: folds stored events of an object again. */
export function reapplyCommand(invocation: Invocation, work: Work): Command {
  return new Command("reapply")
    .description("fold stored events of an object again, without asking Salesforce; safe at any time")
    .argument("<object>", "Salesforce name, for instance Product2")
    .addOption(
      new Option("--since <time>", "events received since then, ISO 8601, for instance 2026-11-23T10:00:00Z")
        .argParser(time)
        .makeOptionMandatory(),
    )
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
What is known of each record filters the events again, so that nothing older wins.
SELECT add_job('reapply', '{"object":"Product2","since":"2026-11-23T10:00:00Z"}') does the same in the service.

Example:
  ${sfShadow} reapply Product2 --since 2026-11-23T10:00:00Z`,
    )
    .action((object: string, { since, json }: { since: Date; json?: boolean }) =>
      work(async () => {
        const { databaseUrl, logLevel } = readDatabaseConfig(invocation.environment)
        const { withDatabase } = await import("./database.ts")
        const { reapplyEvents } = await import("../upkeep/reapply.ts")
        const { MappingError } = await import("../mapping/index.ts")
        const events = await withDatabase(databaseUrl, createLog(logLevel), (pool) =>
          reapplyEvents(pool, object, since, invocation.signal),
        ).catch((cause) => {
          throw cause instanceof MappingError ? new UsageError(cause.message, { cause }) : cause
        })
        const result = { object, since: since.toISOString(), events }
        printResult(json, result, `${object}: ${events} stored events looked at again.`)
        return exitCodes.done
      }),
    )
}

function time(value: string): Date {
  const parsed = new Date(value)
  if (Number.isNaN(parsed.getTime()))
    throw new InvalidArgumentError("It must be a time such as 2026-11-23T10:00:00Z.")
  return parsed
}
