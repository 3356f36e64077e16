import { pause } from "../base/backoff.ts"
import type { Log } from "../base/log.ts"
import type { Connections } from "../connections.ts"
import { newListener } from "../postgres/listen.ts"
import { lockSpaces } from "../postgres/lock_spaces.ts"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import { eventsToShadow } from "./index.ts"

const channel = "sf_shadow_events"
/** The tables are looked at this often without a notification; it also shows that the connection lives. */
const lookMs = 5_000
/** After so long without an event nobody follows until the next one, which comes by the queue. */
const idleMs = 30_000
/** After so long another process gets its chance, and the queue shows that its job ends. */
const turnMs = 60_000

/** Appends that have seen the lock free are waited for, not another follower; it is not held for a machine that is gone. */
const settings =
  "set lock_timeout = '1s'; set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3"

/**
 * Folds what is appended to any stream as soon as it is committed: it listens, instead of a job for each append. One
 * process of the database does at a time: it holds the follower's lock, which dies with its connection, and while it
 * does, appends put their jobs off (_tell_of_events). Resolves when nothing has come for a while, when its turn is
 * over, a fold has failed, or the signal is aborted: what waits then has a job.
 *
 * @throws when the connection is lost, or cannot be had; what waits has a job then, too
 */
export async function followEvents(connections: Connections, signal: AbortSignal): Promise<void> {
  const { config, pool } = connections
  const { client, lost } = newListener(config.databaseUrl, channel)
  const follower = new Follower(connections, AbortSignal.any([signal, lost]))
  client.on("notification", ({ payload }) => follower.tell(Number(payload)))
  const look = async () => {
    const query = { text: "select stream_id from sf_shadow.streams_behind()", query_timeout: lookMs }
    for (const { stream_id } of (await client.query<{ stream_id: number }>(query)).rows)
      follower.tell(stream_id)
  }
  try {
    await client.connect()
    // Before the lock: whoever sees it held sends no more than a notification.
    await client.query(`listen ${channel}`)
    await client.query(settings)
    await client.query("select pg_advisory_lock($1::int, 0)", [lockSpaces.follower])
    await follower.run(look)
    await client.query("select pg_advisory_unlock($1::int, 0)", [lockSpaces.follower])
  } catch (error) {
    // Another process follows.
    if (sqlstateOf(error) !== sqlstate.lockNotAvailable) throw error
  } finally {
    await client.end().catch(() => {})
    await follower.end()
    await pool.query("select sf_shadow.unfollow_events()")
  }
}

/** Folds streams beside each other, one fold of each at a time. */
class Follower {
  readonly #connections: Connections
  readonly #log: Log
  readonly #failed = new AbortController()
  readonly #ending: AbortSignal
  /** Streams in which something may be new, and those that are folded right now. */
  readonly #due = new Set<number>()
  readonly #folds = new Map<number, Promise<void>>()
  #toldAt = performance.now()

  constructor(connections: Connections, signal: AbortSignal) {
    this.#connections = connections
    this.#log = connections.log
    this.#ending = AbortSignal.any([signal, this.#failed.signal])
  }

  /** Something may be new in this stream. */
  tell(streamId: number): void {
    // Anybody may notify.
    if (!Number.isInteger(streamId)) return
    this.#toldAt = performance.now()
    this.#due.add(streamId)
    this.#foldDue()
  }

  /** Resolves when it is time to end. @param look tells of what waits in the tables; what it throws ends all */
  async run(look: () => Promise<void>): Promise<void> {
    const endsAt = performance.now() + turnMs
    while (!this.#ending.aborted) {
      await look()
      await pause(lookMs, this.#ending)
      const now = performance.now()
      if (now > endsAt || now > this.#toldAt + idleMs) return
    }
  }

  /** Begins no more folds, and resolves when those under way have ended with their batch. */
  async end(): Promise<void> {
    this.#failed.abort()
    await Promise.all(this.#folds.values())
  }

  #foldDue(): void {
    for (const streamId of this.#due) {
      if (this.#ending.aborted || this.#folds.size >= this.#connections.config.workerConcurrency) return
      if (this.#folds.has(streamId)) continue
      this.#due.delete(streamId)
      this.#folds.set(streamId, this.#fold(streamId))
    }
  }

  async #fold(streamId: number): Promise<void> {
    try {
      if (!(await eventsToShadow(this.#connections, streamId, this.#ending))) this.#due.add(streamId)
    } catch (err) {
      this.#log.warn({ event: "fold_failed", stream: streamId, err }, "a fold failed; its job tries again")
      this.#failed.abort()
    }
    this.#folds.delete(streamId)
    this.#foldDue()
  }
}
