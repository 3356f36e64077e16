import pg from "pg"

// Counts and sequence numbers stay far below 2^53; as strings they would invite concatenation.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/**
 * Opens a pool on a database. READ COMMITTED is asked for explicitly, because the object locks of rule 3
 * rely on it; JIT is off, because it costs more than the short statements of a merge. A page and its changes fit
 * into 96 MB of temp_buffers, which Postgres takes as they are used: from the default of 8 MB a merge spills to
 * disk and takes 1.3 times as long. Reading a page costs the same at any place (random_page_cost): else a batch that
 * touches few rows of a large shadow table is planned as a scan of all of it, and the cost of a row grows with it.
 *
 * @param max connections at most; the service needs one per worker slot, one per stream, and a few
 */
export function createPool(databaseUrl: string, { max }: { max: number }): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max,
    connectionTimeoutMillis: 15_000,
    application_name: "sf-shadow",
    options: [
      ...["-c default_transaction_isolation=read\\ committed", "-c jit=off", "-c timezone=UTC"],
      ...["-c temp_buffers=96MB", "-c random_page_cost=1.1"],
    ].join(" "),
  })
  // A connection that breaks while it is used fails its query as well; the event alone must not end the process.
  pool.on("connect", (client) => client.on("error", () => {}))
  return pool
}
