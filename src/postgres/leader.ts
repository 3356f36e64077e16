import { setTimeout as sleep } from "node:timers/promises"
import type pg from "pg"
import { Backoff } from "../base/backoff.ts"
import type { Log } from "../base/log.ts"
import { lockSpaces } from "./lock_spaces.ts"
import { SessionClient } from "./pool.ts"

const retryMs = 2_000
/** Work whose error says that trying again does not help (a refused login) is tried ever less often, up to this. */
const longestRetryMs = 60_000
const standByMs = 1_000

/**
 * Holds the leadership of a stream for as long as this process can (rule 2): stands by for the session lock on a
 * connection of its own, works while it has it, and starts over when that connection is lost. The lock only
 * chooses; what fences the writes is the epoch that the leader sets.
 *
 * @param work is told by its signal that the leadership or the process ends, and must come to an end then
 */
export async function whileLeading(
  {
    databaseUrl,
    streamId,
    signal,
    log,
  }: { databaseUrl: string; streamId: number; signal: AbortSignal; log: Log },
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const backoff = new Backoff(retryMs, longestRetryMs)
  while (!signal.aborted) {
    const lost = new AbortController()
    let isHopeless = false
    const client = new SessionClient(databaseUrl, "sf-shadow leader", {
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    })
    client.on("error", () => lost.abort())
    client.on("end", () => lost.abort())
    const release = () => void client.end().catch(() => {})
    try {
      await client.connect()
      // Not before: a client of pg that is ended while it connects never says that it has.
      signal.throwIfAborted()
      signal.addEventListener("abort", release, { once: true })
      await standBy(client, streamId, signal)
      await work(AbortSignal.any([signal, lost.signal]))
    } catch (err) {
      isHopeless = (err as { retryable?: unknown }).retryable === false
      if (!signal.aborted) {
        log.warn(
          { event: "leader_lost", stream: streamId, err },
          "the stream's leadership was lost; trying again",
        )
      }
    } finally {
      signal.removeEventListener("abort", release)
      await client.end().catch(() => {})
    }
    if (!isHopeless) backoff.reset()
    if (!signal.aborted) await sleep(backoff.nextMs(), undefined, { signal }).catch(() => {})
  }
}

/**
 * Asks for the lock until it is free. Waiting inside Postgres would be an event, but the waiting statement's
 * snapshot would keep vacuum from every row that changes meanwhile, for as long as the leader lives.
 */
async function standBy(client: pg.Client, streamId: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ leads: boolean }>(
      "select pg_try_advisory_lock($1::int, $2::int) as leads",
      [lockSpaces.stream, streamId],
    )
    if (rows[0]?.leads) return
    await sleep(standByMs, undefined, { signal })
  }
}

/** SQL condition: some process leads the stream of this column. */
export const isLedSql = (streamId: string) =>
  `exists (select from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
     where l.locktype = 'advisory' and l.granted and l.classid = ${lockSpaces.stream} and l.objid = ${streamId})`
