import pg from "pg"
import { applySessionSettings } from "./session_settings.ts"

// Counts and sequence numbers stay far below 2^53; as strings they would invite concatenation.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/**
 * Opens a pool on a database, with our settings in every session of it.
 *
 * @param max connections at most; the service needs one per worker slot, one per stream, and a few
 */
export function createPool(databaseUrl: string, { max }: { max: number }): pg.Pool {
  const pool = new pg.Pool({
    connectionString: withoutQueryTimeout(databaseUrl),
    max,
    connectionTimeoutMillis: 15_000,
    // Awaited before a new connection is given to anybody.
    onConnect: (client) => applySessionSettings(client, "sf-shadow"),
  })
  // A connection that breaks while it is used fails its query as well; the event alone must not end the process.
  pool.on("connect", (client) => client.on("error", () => {}))
  return pool
}

/** A connection of its own, for what lives as long as its session: a lock, LISTEN. With our settings, as a pool's. */
export class SessionClient extends pg.Client {
  readonly #applicationName: string

  /** @param applicationName begins with `sf-shadow` */
  constructor(
    databaseUrl: string,
    applicationName: string,
    config: Pick<pg.ClientConfig, "connectionTimeoutMillis" | "keepAlive"> = {},
  ) {
    super({ ...config, connectionString: withoutQueryTimeout(databaseUrl) })
    this.#applicationName = applicationName
  }

  override async connect(): Promise<this> {
    await super.connect()
    await applySessionSettings(this, this.#applicationName)
    return this
  }
}

/** Without the parameter by which node-postgres itself gives up statements: what may take its time is ours to say. */
function withoutQueryTimeout(databaseUrl: string): string {
  if (!databaseUrl.includes("query_timeout")) return databaseUrl
  const url = new URL(databaseUrl)
  url.searchParams.delete("query_timeout")
  return url.href
}
