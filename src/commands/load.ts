import { Command } from "commander"
import type { Pool } from "pg"
import { type Config, readConfig } from "../base/config.ts"
import { createLog, type Log } from "../base/log.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import type { LoadResult } from "../bulk_to_shadow/index.ts"
import { loadLines, startProgress } from "../bulk_to_shadow/progress.ts"
import { type ExitCode, exitCodes, type Invocation } from "./invocation.ts"
import type { Work } from "./program.ts"
import { wantedObjects } from "./wanted_objects.ts"

interface LoadOptions {
  force?: boolean
  json?: boolean
}

/** `backfill [OBJECT...]`: full loads, in this process. */
export function backfillCommand(invocation: Invocation, work: Work): Command {
  return new Command("backfill")
    .description(
      "load every record of the objects by Bulk API 2.0, and remove those that Salesforce no longer has",
    )
    .argument("[object...]", "Salesforce names, for instance Product2; default: every enabled object")
    .option("--force", "delete even when the fuse says that too many records would go")
    .option("--json", "print the results as JSON, without progress")
    .addHelpText(
      "after",
      `
Where the same load runs already, in another process, this follows it and ends with its result; with --force it
begins anew where that one stands still. Called again within a day of an interruption, it goes on
with what was left: objects that were complete are not loaded again.
Exit codes: 0 complete, 1 failed or incomplete, 3 the fuse tripped (too many rows would be deleted).

Examples:
  ${sfShadow} backfill
  ${sfShadow} backfill Product2 PricebookEntry`,
    )
    .action((objects: string[], options: LoadOptions) =>
      work(() => load("full", objects, options, invocation)),
    )
}

/** `delta [OBJECT...]`: what changed since the last load, in this process. */
export function deltaCommand(invocation: Invocation, work: Work): Command {
  return new Command("delta")
    .description("load the records that changed since the last backfill or delta, deleted ones included")
    .argument("[object...]", "Salesforce names, for instance Product2; default: every enabled object")
    .option("--json", "print the results as JSON, without progress")
    .addHelpText(
      "after",
      `
Reaches SF_DELTA_OVERLAP_MIN back before the last load. The crontab runs it nightly.

Examples:
  ${sfShadow} delta
  ${sfShadow} delta Account --json`,
    )
    .action((objects: string[], options: LoadOptions) =>
      work(() => load("delta", objects, options, invocation)),
    )
}

async function load(
  kind: "full" | "delta",
  wanted: string[],
  options: LoadOptions,
  { environment, signal }: Invocation,
): Promise<ExitCode> {
  const config = readConfig(environment)
  const log = createLog(config.logLevel)
  const [{ withDatabase }, { connectionsOfLoads }] = await Promise.all([
    import("./database.ts"),
    import("../bulk_to_shadow/side_by_side.ts"),
  ])
  const loads = async (pool: Pool) => {
    const objects = await wantedObjects(pool, wanted)
    return loadWithProgress({ config, pool, log, signal, kind, objects, options })
  }
  const connections = connectionsOfLoads(config.loadConcurrency)
  const results = await withDatabase(config.databaseUrl, log, loads, connections)
  if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
  else process.stdout.write(`${loadLines(results).join("\n")}\n`)
  return exitCodeOfLoads(results)
}

/** 3 when a fuse tripped, 1 when a load is not complete, else 0. */
function exitCodeOfLoads(results: readonly LoadResult[]): ExitCode {
  if (results.some(({ state }) => state === "fuse")) return exitCodes.fuse
  return results.every(({ state }) => state === "complete") ? exitCodes.done : exitCodes.failed
}

async function loadWithProgress(given: {
  config: Config
  pool: Pool
  log: Log
  signal: AbortSignal
  kind: "full" | "delta"
  objects: string[]
  options: LoadOptions
}): Promise<LoadResult[]> {
  const { config, pool, log, signal, kind, objects, options } = given
  const [{ createBudgetedSession }, { runLoads }] = await Promise.all([
    import("../salesforce/budgeted_session.ts"),
    import("../bulk_to_shadow/index.ts"),
  ])
  const salesforce = createBudgetedSession(config.salesforce, pool, log)
  const { session, budget } = salesforce
  const progress = startProgress(options.json === true)
  try {
    return await runLoads({
      config,
      pool,
      session,
      budget,
      log,
      signal,
      kind,
      objects,
      force: options.force === true,
      continues: kind === "full",
      onProgress: progress.show,
    })
  } finally {
    progress.stop()
    await salesforce.close()
  }
}
