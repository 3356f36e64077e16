import { Command, InvalidArgumentError, Option } from "commander"
import type { Pool } from "pg"
import { readDatabaseConfig } from "../config.ts"
import { createLog } from "../log.ts"
import { exitCodes, type Invocation } from "./invocation.ts"
import type { Work } from "./program.ts"

const batchSize = 2_000

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
    .addHelpText(
      "after",
      "\nWhat is known of each record filters the events again, so that nothing older wins.\n\nExample:\n  npm run sf-shadow -- reapply Product2 --since 2026-11-23T10:00:00Z",
    )
    .action((object: string, { since }: { since: Date }) =>
      work(async () => {
        const { databaseUrl, logLevel } = readDatabaseConfig(invocation.environment)
        const { withDatabase } = await import("./database.ts")
        const events = await withDatabase(databaseUrl, createLog(logLevel), (pool) =>
          reapply(pool, object, since, invocation.signal),
        )
        process.stdout.write(`${object}: ${events} stored events looked at again.\n`)
        return exitCodes.done
      }),
    )
}

async function reapply(pool: Pool, object: string, since: Date, signal: AbortSignal): Promise<number> {
  const { objectsInOrder } = await import("../mapping.ts")
  const { transaction } = await import("../postgres/transaction.ts")
  await objectsInOrder({ pool }, [object])
  const streams = await pool.query<{ stream_id: number; before: number }>(
    `select s.stream_id, coalesce(min(e.seq), 1) - 1 as before, count(e.seq) as events
     from sf_shadow.stream s left join sf_shadow_event e on e.stream_id = s.stream_id and e.object = $1 and e.received_at >= $2
     group by s.stream_id`,
    [object, since],
  )
  let looked = 0
  for (const { stream_id, before } of streams.rows) {
    for (let after: number | null = before; after !== null; ) {
      signal.throwIfAborted()
      const from: number = after
      after = await transaction(pool, async (client) => {
        const { rows } = await client.query<{ last: number | null }>(
          `select sf_shadow.reapply_events(of_object => $1, of_stream_id => $2, since => $3, after_seq => $4, batch_size => $5) as last`,
          [object, stream_id, since, from, batchSize],
        )
        return rows[0]?.last ?? null
      })
      if (after !== null) looked += after - from
    }
  }
  return looked
}

function time(value: string): Date {
  const parsed = new Date(value)
  if (Number.isNaN(parsed.getTime()))
    throw new InvalidArgumentError("It must be a time such as 2026-11-23T10:00:00Z.")
  return parsed
}
