import { Command } from "commander"
import type { Pool } from "pg"
import { readDatabaseConfig } from "../base/config.ts"
import { createLog } from "../base/log.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import { wholeNumber } from "./arguments.ts"
import { exitCodes, type Invocation, UsageError } from "./invocation.ts"
import type { Work } from "./program.ts"
import { printResult } from "./result.ts"
import { textTable } from "./text_table.ts"

/** `runs`: the loads that run, what they wait for, and the last ones; `runs cancel RUN_ID` ends one. */
export function runsCommand(invocation: Invocation, work: Work): Command {
  return new Command("runs")
    .description("list the loads that run, with what each waits for, and the last ones that have ended")
    .option("--json", "print the rows of sf_shadow_run as JSON")
    .addHelpText(
      "after",
      `
still is how long a load has made no progress. After a while (stands_still_after of sf_shadow.setting) it stands still: runs
cancel ends it, and backfill --force begins anew. A bulk job that stands still for SF_BULK_STALL_S is made anew by itself.

Examples:
  ${sfShadow} runs
  ${sfShadow} runs cancel 12`,
    )
    .action(({ json }: { json?: boolean }) =>
      work(async () => {
        const rows = await onDatabase(invocation, listRuns)
        printResult(json, rows, runsText(rows))
        return exitCodes.done
      }),
    )
    .addCommand(cancelCommand(invocation, work))
}

function cancelCommand(invocation: Invocation, work: Work): Command {
  return new Command("cancel")
    .description("end a load that runs, and abort its bulk job; what it has loaded stays")
    .argument("<run-id>", "number of the run, as runs lists it", wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
The process that works on it stops at its next step, and exits with 1 where that is a backfill or delta. What asked
for the load may ask again: a hole is tried again within a minute, until a delta and an Id comparison have closed it.
SELECT sf_shadow_cancel_run(12) does the same from SQL, for operators.

Example:
  ${sfShadow} runs cancel 12`,
    )
    .action((runId: number, { json }: { json?: boolean }) =>
      work(async () => {
        const canceled = await onDatabase(invocation, (pool) => cancelRun(pool, runId))
        const text = canceled
          ? `Run ${runId} is canceled.`
          : `Run ${runId} had ended already: nothing changed.`
        printResult(json, { run_id: runId, canceled }, text)
        return exitCodes.done
      }),
    )
}

async function onDatabase<T>({ environment }: Invocation, use: (pool: Pool) => Promise<T>): Promise<T> {
  const { databaseUrl, logLevel } = readDatabaseConfig(environment)
  const { withDatabase } = await import("./database.ts")
  return withDatabase(databaseUrl, createLog(logLevel), use)
}

async function listRuns(pool: Pool): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query(
    `select r.*, extract(epoch from r.still)::double precision as still_seconds from public.sf_shadow_run r
     where r.finished_at is null
       or r.run_id in (select e.run_id from public.sf_shadow_run e where e.finished_at is not null order by e.run_id desc limit 20)
     order by r.finished_at desc nulls first, r.run_id desc`,
  )
  return rows
}

async function cancelRun(pool: Pool, runId: number): Promise<boolean> {
  const { rows } = await pool
    .query<{ canceled: boolean }>("select public.sf_shadow_cancel_run(run_id => $1) as canceled", [runId])
    .catch((cause) => {
      if (sqlstateOf(cause) !== sqlstate.badJob) throw cause
      throw new UsageError(`${cause.message}. ${cause.hint}`, { cause })
    })
  return rows[0]?.canceled === true
}

function runsText(rows: readonly Record<string, unknown>[]): string {
  if (rows.length === 0) return "Nothing was loaded yet."
  const shown = rows.map(({ run_id, object, kind, state, received, expected, created_at, finished_at }) => {
    return { run: run_id, object, kind, state, received, expected, created_at, finished_at }
  })
  return `${textTable(shown)}\n${rows.flatMap(noteOf).join("\n")}`.trimEnd()
}

/** What a load waits for, or why it ended: too long for a table. */
function noteOf({ run_id, waits_for, still_seconds, error }: Record<string, unknown>): string[] {
  if (waits_for === null) return error === null ? [] : [`  run ${run_id}: ${error}`]
  return [
    `  run ${run_id} has made no progress for ${Math.round(Number(still_seconds))} s and waits for ${waits_for}`,
  ]
}
