import { Command } from "commander"
import type { Pool } from "pg"
import { readDatabaseConfig } from "../base/config.ts"
import { createLog } from "../base/log.ts"
import { sfShadow, sfShadowToPipe } from "../base/sf_shadow.ts"
import { exitCodes, type Invocation } from "./invocation.ts"
import type { Work } from "./program.ts"
import { textTable } from "./text_table.ts"

/** What `status --json` prints: the rows of the public views, unchanged. */
export interface Status {
  lag: Record<string, unknown>[]
  backlog: Record<string, unknown>[]
  /** The last run of each object and kind. */
  runs: Record<string, unknown>[]
}

/** `status`: how fresh the shadow is and what is waiting, from the database alone. */
export function statusCommand(invocation: Invocation, work: Work): Command {
  return new Command("status")
    .description("show how fresh each object is, what waits, and the last loads; needs only the database")
    .option("--json", "print the rows of sf_shadow_lag, sf_shadow_backlog and sf_shadow_run as JSON")
    .addHelpText("after", `\nExamples:\n  ${sfShadow} status\n  ${sfShadowToPipe} status --json | jq .lag`)
    .action(({ json }: { json?: boolean }) =>
      work(async () => {
        const { databaseUrl, logLevel } = readDatabaseConfig(invocation.environment)
        const { withDatabase } = await import("./database.ts")
        const status = await withDatabase(databaseUrl, createLog(logLevel), readStatus)
        process.stdout.write(json ? `${JSON.stringify(status, null, 2)}\n` : statusText(status))
        return exitCodes.done
      }),
    )
}

async function readStatus(pool: Pool): Promise<Status> {
  const [lag, backlog, runs] = await Promise.all([
    pool.query("select * from public.sf_shadow_lag order by object"),
    pool.query("select * from public.sf_shadow_backlog"),
    pool.query(
      "select distinct on (object, kind) * from public.sf_shadow_run order by object, kind, run_id desc",
    ),
  ])
  return { lag: lag.rows, backlog: backlog.rows, runs: runs.rows }
}

function statusText({ lag, backlog, runs }: Status): string {
  const freshness = lag.map(
    ({ object, state, rows, lag_seconds, fresh_as_of, proven_as_of, dirty, rejected, drift_rows }) => {
      return { object, state, rows, lag_seconds, fresh_as_of, proven_as_of, dirty, rejected, drift_rows }
    },
  )
  const loads = runs.map(({ run_id, object, kind, state, received, expected, difference, finished_at }) => {
    return { run: run_id, object, kind, state, received, expected, difference, finished_at }
  })
  return [
    `Freshness\n${textTable(freshness)}\n${notes(lag, "reason")}`,
    `Waiting\n${textTable(backlog)}\n`,
    `Last loads\n${textTable(loads)}\n${notes(runs, "waits_for", " waits for")}${notes(runs, "error")}`,
  ].join("\n")
}

/** A line for each row that has a text in `column`: too long for a table. */
function notes(rows: readonly Record<string, unknown>[], column: string, verb = ":"): string {
  return rows
    .filter((row) => row[column] !== null)
    .map((row) => `  ${row.object}${verb} ${row[column]}\n`)
    .join("")
}
