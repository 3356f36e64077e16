import { Command, InvalidArgumentError } from "commander"
import { ConfigError, readConfig } from "../base/config.ts"
import { interrupted } from "../base/interrupted.ts"
import { createLog } from "../base/log.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import { type Role, roles } from "../service/roles.ts"
import { exitCodes, type Invocation, isTermination } from "./invocation.ts"
import type { Work } from "./program.ts"

/** `run`: the service, until a signal. */
export function runCommand(invocation: Invocation, work: Work): Command {
  return new Command("run")
    .description(
      "run the service: follow change events, work off jobs, clear caches, answer HTTP; until Ctrl-C or SIGTERM",
    )
    .option(
      "--only <roles>",
      `comma list of ${roles.join(", ")}; default: all, redis when REDIS_URL is set`,
      parseRoles,
    )
    .addHelpText(
      "after",
      `
SIGTERM ends it in order, within 10 s and with exit code 0; Ctrl-C with 130.
It never starts a full load by itself: run backfill once, before or beside it. Several processes may run on one
database: jobs are shared, and of those that follow events one leads while the others stand by.

Examples:
  ${sfShadow} run
  ${sfShadow} run --only worker        one more worker process`,
    )
    .action(({ only }: { only?: Role[] }) => work(() => serve(invocation, only)))
}

/** Runs the service until the signal. Shared with `start`. */
export async function serve(invocation: Invocation, only?: readonly Role[]) {
  const config = readConfig(invocation.environment)
  if (only?.includes("redis") && config.redis === undefined) {
    throw new ConfigError(["REDIS_URL (or REDIS_URL_FILE): not set, needed for --only redis."])
  }
  const log = createLog(config.logLevel)
  const { signal } = invocation
  const { runService } = await import("../service/index.ts")
  try {
    const service = await runService(config, only ?? roles, log, signal)
    await interrupted(signal)
    log.info({ event: "service_stopping" }, "stopping")
    await service.stop()
  } catch (error) {
    // A start that is given up has stopped what it had started.
    if (!signal.aborted) throw error
  }
  return isTermination(signal) ? exitCodes.done : exitCodes.interrupted
}

function parseRoles(value: string): Role[] {
  const wanted = value
    .split(",")
    .map((role) => role.trim())
    .filter(Boolean)
  const unknown = wanted.filter((role) => !(roles as readonly string[]).includes(role))
  if (unknown.length > 0 || wanted.length === 0) {
    throw new InvalidArgumentError(
      `Unknown: ${unknown.join(", ") || "(nothing)"}. Roles are ${roles.join(", ")}.`,
    )
  }
  return [...new Set(wanted)] as Role[]
}
