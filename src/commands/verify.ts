import { Command } from "commander"
import type { Pool } from "pg"
import { readConfig } from "../base/config.ts"
import { createLog } from "../base/log.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import { startProgress } from "../bulk_to_shadow/progress.ts"
import { wholeNumber } from "./arguments.ts"
import { exitCodes, type Invocation } from "./invocation.ts"
import type { Work } from "./program.ts"
import { wantedObjects } from "./wanted_objects.ts"

interface VerifyOptions {
  sample: number
  all?: boolean
  json?: boolean
}

/** `verify [OBJECT...]`: compares the shadow with Salesforce, counts and field by field; repairs what differs. */
export function verifyCommand(invocation: Invocation, work: Work): Command {
  return new Command("verify")
    .description(
      "compare the shadow with Salesforce: counts, and a random sample field by field; repairs what differs",
    )
    .argument("[object...]", "Salesforce names; default: every enabled object")
    .option("--sample <records>", "records to compare per object", wholeNumber(1, 100_000), 1_000)
    .option("--all", "compare every record, by a full load")
    .option("--json", "print the results as JSON")
    .addHelpText(
      "after",
      `
Drift is a row that differs although its object claimed to be fresh; what is merely on its way does not count.
Exit codes: 0 no drift, 1 drift was found (and repaired) or the comparison failed, 3 the fuse tripped (too many
rows would be deleted).

Examples:
  ${sfShadow} verify
  ${sfShadow} verify Account --sample 5000
  ${sfShadow} verify Product2 --all`,
    )
    .action((objects: string[], options: VerifyOptions) =>
      work(async () => {
        const results = await compare(objects, options, invocation)
        if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
        else for (const result of results) process.stdout.write(`${line(result)}\n`)
        return results.every(({ drift }) => drift === 0) ? exitCodes.done : exitCodes.failed
      }),
    )
}

type Compared = {
  object: string
  compared: number
  drift: number
  countInOrg: number | null
  countInShadow: number | null
}

async function compare(
  wanted: string[],
  options: VerifyOptions,
  invocation: Invocation,
): Promise<Compared[]> {
  const config = readConfig(invocation.environment)
  const log = createLog(config.logLevel)
  const { withDatabase } = await import("./database.ts")
  const { createBudgetedSession } = await import("../salesforce/budgeted_session.ts")
  const use = async (pool: Pool) => {
    const objects = await wantedObjects(pool, wanted)
    const salesforce = createBudgetedSession(config.salesforce, pool, log)
    const { session, budget } = salesforce
    const connections = { config, pool, session, budget, log }
    const progress = startProgress(options.json === true || !options.all)
    try {
      if (!options.all)
        return await (await import("../upkeep/verify.ts")).verify(connections, objects, options.sample)
      const { verifyAll } = await import("../upkeep/verify_all.ts")
      return await verifyAll(connections, objects, invocation.signal, progress.show)
    } finally {
      progress.stop()
      await salesforce.close()
    }
  }
  if (!options.all) return withDatabase(config.databaseUrl, log, use)
  const { connectionsOfLoads } = await import("../bulk_to_shadow/side_by_side.ts")
  return withDatabase(config.databaseUrl, log, use, connectionsOfLoads(config.loadConcurrency))
}

function line({ object, compared, drift, countInOrg, countInShadow }: Compared): string {
  const verdict = drift === 0 ? "no drift" : `${drift} HAD DRIFTED and are repaired`
  return `${object}: ${compared} records compared, ${verdict}; Salesforce counts ${countInOrg}, the shadow ${countInShadow}`
}
