import { Command } from "commander"
import type { Pool } from "pg"
import { readDatabaseConfig } from "../base/config.ts"
import { createLog } from "../base/log.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import { exitCodes, type Invocation, UsageError } from "./invocation.ts"
import type { Work } from "./program.ts"
import { printResult } from "./result.ts"

/** Records that cannot be stored for one reason: a row of sf_shadow_reject_reason. */
interface RejectGroup {
  object: string
  sqlstate: string
  /** Without the records' values. */
  reason: string
  what_to_do: string
  records: number
  /** At most five ids. */
  sample_ids: string[]
  first_rejected_at: Date
  last_rejected_at: Date
  attempts: number
}

interface RejectsOptions {
  retry?: boolean
  json?: boolean
}

/** `rejects [OBJECT] [--retry]`: what cannot be stored, and why. */
export function rejectsCommand(invocation: Invocation, work: Work): Command {
  return new Command("rejects")
    .description("show the records that cannot be stored, grouped by reason; --retry has them read again")
    .argument("[object]", "Salesforce name, for instance Product2; default: every object")
    .option("--retry", "put them up for another read, which the running service makes")
    .option("--json", "print the groups as JSON")
    .addHelpText(
      "after",
      `
A record is read again by itself when it, its parent, or the holder of a value it contests changes, and nightly.
From SQL: select * from sf_shadow_reject, and SELECT add_job('retry_rejects', '{"object":"Product2"}').

Examples:
  ${sfShadow} rejects
  ${sfShadow} rejects Product2 --retry`,
    )
    .action((object: string | undefined, { retry, json }: RejectsOptions) =>
      work(async () => {
        const { databaseUrl, logLevel } = readDatabaseConfig(invocation.environment)
        const { withDatabase } = await import("./database.ts")
        const result = await withDatabase(databaseUrl, createLog(logLevel), async (pool) => {
          await assertMirrored(pool, object)
          const groups = await readGroups(pool, object)
          return { rejects: groups, retried: retry ? await retryRejects(pool, object) : 0 }
        })
        printResult(json, result, rejectsText(result.rejects, retry ? result.retried : undefined))
        return exitCodes.done
      }),
    )
}

/** Paused objects count: their rejects wait as well. */
async function assertMirrored(pool: Pool, object: string | undefined): Promise<void> {
  if (object === undefined) return
  const { rows } = await pool.query<{ object: string }>("select object from sf_shadow.objects_in_order()")
  const known = rows.map((row) => row.object)
  if (known.includes(object)) return
  throw new UsageError(`${object}: not mirrored. The mirrored objects are ${known.join(", ")}.`)
}

async function readGroups(pool: Pool, object: string | undefined): Promise<RejectGroup[]> {
  const { rows } = await pool.query<RejectGroup>(
    `select r.object, r.sqlstate, r.reason, r.what_to_do, r.records, r.sample_ids, r.first_rejected_at,
       r.latest_at as last_rejected_at, r.attempts
     from public.sf_shadow_reject_reason r
     where $1::text is null or r.object = $1
     order by r.records desc, r.object, r.reason`,
    [object ?? null],
  )
  return rows
}

async function retryRejects(pool: Pool, object: string | undefined): Promise<number> {
  const { rows } = await pool.query<{ records: number }>(
    "select sf_shadow.retry_rejects(of_object => $1)::int as records",
    [object ?? null],
  )
  return rows[0]?.records ?? 0
}

function rejectsText(groups: readonly RejectGroup[], retried: number | undefined): string {
  if (groups.length === 0) return "No record is rejected."
  const lines = groups.map(
    ({ object, sqlstate, reason, records, sample_ids, first_rejected_at, attempts }) =>
      `${object}: ${records} ${records === 1 ? "record" : "records"}: ${reason} (${sqlstate})\n` +
      `  ${sample_ids.join(", ")}${records > sample_ids.length ? ", ..." : ""}; since ${first_rejected_at.toISOString()}, read up to ${attempts} times`,
  )
  if (retried === undefined) {
    lines.push("Mend them in Salesforce: the change is read by itself. --retry has them read again now.")
  } else {
    lines.push(`${retried} records are put up for another read by the running service.`)
  }
  return lines.join("\n")
}
