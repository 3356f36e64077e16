import { Command } from "commander"
import { ConfigError, isSwitchedOn, readConfig, readDatabaseConfig } from "../base/config.ts"
import { sfShadow, sfShadowToPipe } from "../base/sf_shadow.ts"
import type { Check, Finding } from "../doctor/check.ts"
import { exitCodes, type Invocation } from "./invocation.ts"
import type { Work } from "./program.ts"

/** `doctor`: whether everything is there that the service needs, and what to do where it is not. */
export function doctorCommand(invocation: Invocation, work: Work): Command {
  return new Command("doctor")
    .description("check configuration, database, Salesforce, change events and Redis; changes nothing")
    .option("--json", "print the findings as JSON")
    .addHelpText(
      "after",
      `
A line per check: a tick, a cross with what to do, or why it was skipped. It makes about ten API calls. Exit codes: 0
no cross, 1 at least one. It works on a database that is not migrated, and with SF_SHADOW_ENABLED=false.

Examples:
  ${sfShadow} doctor
  ${sfShadowToPipe} doctor --json | jq '.findings[] | select(.state == "failed")'`,
    )
    .action(({ json }: { json?: boolean }) =>
      work(async () => {
        const findings = await examine(invocation, (finding) => {
          if (!json) process.stdout.write(`${line(finding)}\n`)
        })
        const failed = findings.filter(({ state }) => state === "failed").length
        if (json) process.stdout.write(`${JSON.stringify({ ok: failed === 0, findings }, null, 2)}\n`)
        else
          process.stdout.write(
            `${failed === 0 ? "All is well." : `${failed} of ${findings.length} checks failed.`}\n`,
          )
        return failed === 0 ? exitCodes.done : exitCodes.failed
      }),
    )
}

const marks = { ok: "✔", failed: "✘", skipped: "-" } as const

function line({ check, state, detail }: Finding): string {
  return `${marks[state]} ${check}: ${state === "skipped" ? "skipped: " : ""}${detail}`
}

/** Without a database nothing can be asked; without Salesforce's variables, what the others are good for. */
async function examine(
  { environment, signal }: Invocation,
  onFinding: (finding: Finding) => void,
): Promise<Finding[]> {
  const { runChecks } = await import("../doctor/check.ts")
  const configuration: Check = {
    name: "configuration",
    async ask() {
      readConfig(environment)
      return isSwitchedOn(environment) ? "complete" : "complete; switched off by SF_SHADOW_ENABLED"
    },
  }
  const database = unlessFaulty(() => readDatabaseConfig(environment))
  if (database === undefined) return runChecks([configuration], onFinding, signal)
  const [{ createPool }, { databaseChecks, readObjects }, { redisCheck }] = await Promise.all([
    import("../postgres/pool.ts"),
    import("../doctor/database_checks.ts"),
    import("../doctor/redis_check.ts"),
  ])
  const pool = createPool(database.databaseUrl, { max: 2 })
  // The checks themselves say that a connection is lost.
  pool.on("error", () => {})
  const redis = redisCheck(database.redis, signal)
  try {
    const first = [configuration, ...databaseChecks(database.databaseUrl, pool)]
    const config = unlessFaulty(() => readConfig(environment))
    if (config === undefined) return await runChecks([...first, redis], onFinding, signal)
    const [{ createSession }, { objectChecks, salesforceChecks }, { pubsubChecks }] = await Promise.all([
      import("../salesforce/session.ts"),
      import("../doctor/salesforce_checks.ts"),
      import("../doctor/pubsub_checks.ts"),
    ])
    const session = createSession(config.salesforce)
    try {
      const objects = await readObjects(pool)
      return await runChecks(
        [
          ...first,
          ...salesforceChecks(session, pool),
          ...objectChecks(session, pool, objects),
          ...pubsubChecks(config, session, objects),
          redis,
        ],
        onFinding,
        signal,
      )
    } finally {
      await session.close()
    }
  } finally {
    await pool.end()
  }
}

/** Undefined for a configuration with faults, which a check of its own reports. */
function unlessFaulty<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}
