import { runMigrations } from "graphile-worker"
import type { Pool, PoolClient } from "pg"

/** Schema of graphile-worker's tables and functions: a neighbour's queue has another one, and another version. */
export const queueSchema = "sf_shadow_worker"

/** Brings the queue's schema to the version of this program's graphile-worker. */
export async function migrateQueue(pool: Pool): Promise<void> {
  await runMigrations({ pgPool: pool, schema: queueSchema, preset: { plugins: [withoutNotice] } })
}

/**
 * graphile-worker tells of each migration on one channel for every schema of the database, and who hears of a breaking
 * one ends its worker: our neighbours', too. Our own processes go by the revision instead.
 */
const withoutNotice: GraphileConfig.Plugin = {
  name: "WithoutNoticePlugin",
  version: "0.0.0",
  worker: {
    middleware: {
      migrate(next, event) {
        const { client } = event
        const query = (...args: unknown[]) =>
          String(args[0]).startsWith("select pg_notify(")
            ? Promise.resolve({ rows: [] })
            : (client.query as (...args: unknown[]) => unknown).apply(client, args)
        event.client = Object.create(client, { query: { value: query } }) as PoolClient
        return next()
      },
    },
  },
}
