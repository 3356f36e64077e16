import { Command } from "commander"
import type { Pool } from "pg"
import { readConfig } from "../base/config.ts"
import { createLog } from "../base/log.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import type { Credentials } from "../salesforce/session.ts"
import { CommandError, exitCodes, type Invocation, UsageError } from "./invocation.ts"
import type { Work } from "./program.ts"
import { printResult } from "./result.ts"

/** `adopt-org --confirm ID`: the database is emptied and belongs to another org from then on. */
export function adoptOrgCommand(invocation: Invocation, work: Work): Command {
  return new Command("adopt-org")
    .description("move this database to the org that SF_* logs in to: forget everything of the org before")
    .requiredOption(
      "--confirm <id>",
      "id of the org to move to, 18 characters: a guard against a wrong terminal",
    )
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
A database holds the records of one org. A login to another one, also of a sandbox that was refreshed, is refused
until this was run. Records, events, positions, marks, runs and waiting jobs are deleted, and caches are told to
forget everything; the mapping and the settings stay. Stop every process of the service before; run backfill after.

Example:
  ${sfShadow} adopt-org --confirm 00DDp0000012345MAA`,
    )
    .action(({ confirm, json }: { confirm: string; json?: boolean }) =>
      work(async () => {
        const config = readConfig(invocation.environment)
        const { createSession } = await import("../salesforce/session.ts")
        const { withDatabase } = await import("./database.ts")
        const session = createSession(config.salesforce)
        try {
          const to = await session.credentials()
          if (to.tenantId !== confirm) {
            throw new UsageError(
              `--confirm names org ${confirm}, and SF_* logs in to org ${to.tenantId} (${to.instanceUrl}). Nothing was done.`,
            )
          }
          const log = createLog(config.logLevel)
          const from = await withDatabase(config.databaseUrl, log, (pool) => adopt(pool, to))
          printResult(json, { from, to: to.tenantId, adopted: from !== to.tenantId }, adoptedText(from, to))
          return exitCodes.done
        } finally {
          await session.close()
        }
      }),
    )
}

/** @returns the org that it belonged to before; null: to none yet */
async function adopt(pool: Pool, { tenantId, instanceUrl }: Credentials): Promise<string | null> {
  const { rows } = await pool.query<{ organization_id: string }>(
    "select organization_id from sf_shadow.organization",
  )
  const from = rows[0]?.organization_id ?? null
  if (from === tenantId) return from
  await pool
    .query("select sf_shadow.adopt_organization(of_organization_id => $1, of_instance_url => $2)", [
      tenantId,
      instanceUrl,
    ])
    .catch((cause) => {
      if (sqlstateOf(cause) !== sqlstate.stillRunning) throw cause
      throw new CommandError(`${cause.message}. ${cause.hint}`, { cause })
    })
  return from
}

function adoptedText(from: string | null, { tenantId, instanceUrl }: Credentials): string {
  if (from === tenantId) return `The database belongs to org ${tenantId} already. Nothing was done.`
  const before = from === null ? "" : ` Everything of org ${from} is forgotten.`
  return `The database belongs to org ${tenantId} (${instanceUrl}) now.${before} Start the service and run backfill.`
}
