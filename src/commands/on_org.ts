import { readFile } from "node:fs/promises"
import type { Pool } from "pg"
import { readConfig, readDatabaseConfig } from "../base/config.ts"
import { createLog } from "../base/log.ts"
import type { Session } from "../salesforce/session.ts"
import { type Invocation, UsageError } from "./invocation.ts"

/** A transaction of which a dry run leaves nothing. */
export async function inTransaction<T>(
  pool: Pool,
  isDry: boolean,
  work: (client: Pick<Pool, "query">) => Promise<T>,
): Promise<T> {
  const { transaction } = await import("../postgres/transaction.ts")
  return transaction(pool, async (client) => {
    await client.query("savepoint before_the_plan")
    const done = await work(client as unknown as Pick<Pool, "query">)
    if (isDry) await client.query("rollback to savepoint before_the_plan")
    return done
  })
}

/**
 * Opens database and org for one command, and closes them afterwards.
 *
 * @throws UsageError for what cannot be planned
 */
export async function onOrg<T>(
  { environment }: Invocation,
  use: (pool: Pool, session: Session) => Promise<T>,
): Promise<T> {
  const config = readConfig(environment)
  const log = createLog(config.logLevel)
  const { withDatabase } = await import("./database.ts")
  const { createBudgetedSession } = await import("../salesforce/budgeted_session.ts")
  return withDatabase(config.databaseUrl, log, async (pool) => {
    const salesforce = createBudgetedSession(config.salesforce, pool, log)
    try {
      return await use(pool, salesforce.session)
    } catch (error) {
      return await toUsageError(error)
    } finally {
      await salesforce.close()
    }
  })
}

/**
 * Opens the database for a change of the mapping that needs no describe, in one transaction.
 *
 * @throws UsageError for what cannot be planned
 */
export async function onMapping<T>(
  { environment }: Invocation,
  change: (client: Pick<Pool, "query">) => Promise<T>,
): Promise<T> {
  const { databaseUrl, logLevel } = readDatabaseConfig(environment)
  const { withDatabase } = await import("./database.ts")
  const { transaction } = await import("../postgres/transaction.ts")
  return withDatabase(databaseUrl, createLog(logLevel), (pool) =>
    transaction(pool, (client) => change(client as unknown as Pick<Pool, "query">)).catch(toUsageError),
  )
}

/** What cannot be planned is a wrong argument. */
export async function toUsageError(cause: unknown): Promise<never> {
  const { PlanError } = await import("../mapping/plan.ts")
  throw cause instanceof PlanError ? new UsageError(cause.message, { cause }) : cause
}

/**
 * Reads a file that says what is wished.
 *
 * @param read takes its name and text
 * @throws UsageError where it cannot be read, and for what `read` refuses
 */
export async function readInput<T>(name: string, read: (name: string, text: string) => T): Promise<T> {
  const text = await readFile(name, "utf8").catch((cause: Error) => {
    throw new UsageError(`${name} cannot be read: ${cause.message}`, { cause })
  })
  try {
    return read(name, text)
  } catch (error) {
    return await toUsageError(error)
  }
}
