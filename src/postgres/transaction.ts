import type { Pool, PoolClient } from "pg"

/** A transaction on a connection of its own; one of `commit` and `rollback` must be called, once. */
export interface OpenTransaction {
  client: PoolClient
  /** @throws what the commit failed with; the transaction is then rolled back */
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** Begins a transaction that outlives a function. Its connection goes back to the pool with its end. */
export async function beginTransaction(pool: Pool): Promise<OpenTransaction> {
  const client = await pool.connect()
  const rollback = async () => {
    // A connection whose rollback fails is not put back into the pool.
    const broken = await client.query("rollback").then(
      () => undefined,
      (error: Error) => error,
    )
    client.release(broken)
  }
  const commit = async () => {
    try {
      await client.query("commit")
    } catch (error) {
      await rollback()
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

/** Runs work in one transaction on one connection: committed when it resolves, rolled back when it throws. */
export async function transaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const { client, commit, rollback } = await beginTransaction(pool)
  let result: T
  try {
    result = await work(client)
  } catch (error) {
    await rollback()
    throw error
  }
  await commit()
  return result
}
