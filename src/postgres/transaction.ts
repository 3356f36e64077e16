import type { Pool, PoolClient } from "pg"
import { sqlstate, sqlstateOf } from "./sqlstate.ts"

/** A transaction on a connection of its own; one of `commit` and `rollback` must be called, once. */
export interface OpenTransaction {
  client: PoolClient
  /** @throws what the commit failed with; the transaction is then rolled back */
  commit(): Promise<void>
  /** @param error what the transaction failed with, where it failed */
  rollback(error?: unknown): Promise<void>
}

/** Gives a connection back to its pool after a last statement, or closes it where that fails: what it holds goes with it. */
export async function releaseAfter(client: PoolClient, text: string, values?: unknown[]): Promise<void> {
  const broken = await client.query(text, values).then(
    () => undefined,
    (error: Error) => error,
  )
  client.release(broken)
}

/** Begins a transaction that outlives a function. Its connection goes back to the pool with its end. */
export async function beginTransaction(pool: Pool): Promise<OpenTransaction> {
  const client = await connect(pool)
  const rollback = async (error?: unknown) => {
    if (isSchemaChange(error)) outdate(pool)
    await releaseAfter(client, "rollback")
  }
  const commit = async () => {
    try {
      await client.query("commit")
    } catch (error) {
      await rollback(error)
      throw error
    }
    client.release()
  }
  try {
    await client.query("begin")
  } catch (error) {
    client.release(error as Error)
    throw error
  }
  return { client, commit, rollback }
}

/**
 * Runs work in one transaction on one connection: committed when it resolves, rolled back when it throws. Where the
 * schema was changed under its session (a deploy), it is run once more on a fresh one.
 */
export async function transaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  try {
    return await runOnce(pool, work)
  } catch (error) {
    if (!isSchemaChange(error)) throw error
    return runOnce(pool, work)
  }
}

async function runOnce<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const { client, commit, rollback } = await beginTransaction(pool)
  let result: T
  try {
    result = await work(client)
  } catch (error) {
    await rollback(error)
    throw error
  }
  await commit()
  return result
}

const schemaChanges = new Set<string | undefined>([
  sqlstate.undefinedFunction,
  sqlstate.undefinedColumn,
  sqlstate.undefinedTable,
  sqlstate.datatypeMismatch,
  sqlstate.notSupported,
])

/**
 * Whether an error can come of a schema that a deploy has changed between two statements, or between a session's
 * temporary tables and what is written to them. Such work is tried again before it has failed.
 */
export function isSchemaChange(error: unknown): boolean {
  return schemaChanges.has(sqlstateOf(error))
}

/** How often a pool's sessions have become outdated, and how often they had when a session was first used here. */
const outdatings = new WeakMap<Pool, number>()
const usedSince = new WeakMap<PoolClient, number>()

/** From now on, no session that has worked for a transaction of this pool works for another one. */
function outdate(pool: Pool): void {
  outdatings.set(pool, (outdatings.get(pool) ?? 0) + 1)
}

async function connect(pool: Pool): Promise<PoolClient> {
  const now = () => outdatings.get(pool) ?? 0
  for (;;) {
    const client = await pool.connect()
    const since = usedSince.get(client) ?? now()
    if (since === now()) {
      usedSince.set(client, since)
      return client
    }
    client.release(true)
  }
}
