import { Command, InvalidArgumentError, Option } from "commander"
import { readDatabaseConfig } from "../base/config.ts"
import { createLog } from "../base/log.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import { exitCodes, type Invocation, UsageError } from "./invocation.ts"
import type { Work } from "./program.ts"
import { printResult } from "./result.ts"

/** `replay --topic T --from earliest|REPLAY_ID_HEX`: asks the bus for its events again. */
export function replayCommand(invocation: Invocation, work: Work): Command {
  return new Command("replay")
    .description("subscribe to a topic again from an earlier position; safe at any time")
    .addOption(new Option("--topic <topic>", "for instance /data/Product2ChangeEvent").makeOptionMandatory())
    .addOption(
      new Option("--from <position>", "earliest (up to 72 hours back), or a replay id in hex")
        .argParser(replayPosition)
        .makeOptionMandatory(),
    )
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
The process that follows the topic starts over from there within seconds; what was applied before is skipped.
Events that are delivered again count against the org's daily allocation. To fold stored events again without
asking Salesforce, use reapply.
SELECT add_job('replay', '{"topic":"/data/Product2ChangeEvent","from":"earliest"}') does the same in the service.

Examples:
  ${sfShadow} replay --topic /data/Product2ChangeEvent --from earliest
  ${sfShadow} replay --topic /data/Product2ChangeEvent --from 00000000001790510000`,
    )
    .action(({ topic, from, json }: { topic: string; from: ReplayPosition; json?: boolean }) =>
      work(async () => {
        const { databaseUrl, logLevel } = readDatabaseConfig(invocation.environment)
        const { withDatabase } = await import("./database.ts")
        const { replayStream } = await import("../upkeep/replay.ts")
        await withDatabase(databaseUrl, createLog(logLevel), (pool) =>
          replayStream(pool, topic, from.replayId),
        ).catch((cause) => {
          if (sqlstateOf(cause) !== sqlstate.notFollowed) throw cause
          throw new UsageError(`${cause.message}. ${cause.hint}`, { cause })
        })
        const hex = from.replayId?.toString("hex")
        const start = hex === undefined ? "the earliest event" : `replay id ${hex}`
        const result = { topic, from: hex ?? "earliest" }
        printResult(json, result, `${topic}: the process that follows it starts over from ${start}.`)
        return exitCodes.done
      }),
    )
}

interface ReplayPosition {
  /** Null for earliest. An option's own value cannot be null: commander makes it an empty text. */
  replayId: Buffer | null
}

function replayPosition(value: string): ReplayPosition {
  if (value === "earliest") return { replayId: null }
  if (!/^([0-9a-f]{2}){8,32}$/i.test(value)) {
    throw new InvalidArgumentError(
      "It must be earliest, or a replay id as hex digits, as sf_shadow_event.replay_id shows it.",
    )
  }
  return { replayId: Buffer.from(value, "hex") }
}
