import { Cluster } from "ioredis"
import { pause } from "../base/backoff.ts"
import type { Log } from "../base/log.ts"
import { Wake } from "../postgres/listen.ts"
import { type RedisConnection, RedisUnavailable } from "../redis/connect.ts"
import { deleteKeys, deletePatterns } from "../redis/delete.ts"
import { identityOf } from "../redis/nodes.ts"
import { invalidationsTotal, keysTotal, patternPassSeconds, shadowToInvalidatedSeconds } from "./metrics.ts"
import type { Cursor, Outbox } from "./outbox.ts"
import { PatternPasses } from "./pattern_passes.ts"
import type { Invalidation, Renderer } from "./render.ts"

/** The outbox is looked at this often without a notification, and the cache asked whether it is still the same one. */
const pollMs = 10_000
/** The cursor is stored at most this often; a crash repeats what Redis acknowledged since. */
const acknowledgeEveryMs = 200

export interface FollowParts {
  outbox: Outbox
  connection: RedisConnection
  renderer: Renderer
  log: Log
}

/**
 * Carries invalidations from the outbox to one cache, from the stored cursors on, until the signal. Single keys go as
 * soon as they are read; patterns by passes beside them. A cursor moves only after Redis has acknowledged both.
 *
 * @param wake set when something may be new
 * @param onJoined called when the cache was reached and the cursors are known
 * @throws what ended it: the caller starts it again, and it begins with the stored cursors
 */
export async function follow(
  parts: FollowParts,
  wake: Wake,
  signal: AbortSignal,
  onJoined: (cursors: readonly Cursor[]) => void,
): Promise<void> {
  const { outbox, connection, renderer } = parts
  await connection.ready(signal)
  const identity = await identityOf(connection.client)
  const cursors = await outbox.join(renderer.objects, identity)
  onJoined(cursors)
  await new Follower(parts, { identity, cursors, wake, signal }).run()
}

/** What it begins with. */
interface Joined {
  /** Of the cache whose cursors these are. */
  identity: string
  cursors: readonly Cursor[]
  wake: Wake
  signal: AbortSignal
}

/** What the rows of one object that were read together come to. */
interface Taken {
  /** Of the last one. */
  seq: number
  patterns: Set<string>
}

/** Three loops beside each other: rows are taken, patterns are passed, cursors are kept. One that fails ends all. */
class Follower {
  readonly #parts: FollowParts
  readonly #identity: string
  readonly #wake: Wake
  readonly #failed = new AbortController()
  readonly #ending: AbortSignal
  /** The last number read, by object; null: everything of it is due. */
  readonly #taken: Map<string, number | null>
  /** The last number that Redis has acknowledged and the cursor has not, by object. */
  readonly #done = new Map<string, number>()
  readonly #passes = new PatternPasses()
  readonly #keeping = new Wake()
  #topologyChanged = false
  #comparedAt = performance.now()

  constructor(parts: FollowParts, { identity, cursors, wake, signal }: Joined) {
    this.#parts = parts
    this.#identity = identity
    this.#wake = wake
    this.#ending = AbortSignal.any([signal, this.#failed.signal])
    this.#taken = new Map(cursors.map(({ object, seq }) => [object, seq]))
  }

  /** Ends with the signal, after the cursors were stored; throws what failed. */
  async run(): Promise<void> {
    const unwatch = this.#watchConnection()
    const clearPatterns = (patterns: readonly string[]) => this.#clearPatterns(patterns)
    const finish = (object: string, seq: number) => this.#finish(object, seq)
    const loops = [
      this.#takeRows(),
      this.#passes.run(this.#ending, clearPatterns, finish),
      this.#keepCursors(),
    ]
    try {
      await Promise.all(loops.map((loop) => loop.catch((error) => this.#failed.abort(error))))
      this.#failed.signal.throwIfAborted()
      await this.#storeCursors()
    } finally {
      unwatch()
    }
  }

  /** A Cluster closes single connections while it goes on; a lone Redis may have been restarted with old data. */
  #watchConnection(): () => void {
    const { client } = this.#parts.connection
    const onTopology = () => {
      this.#topologyChanged = true
      this.#keeping.set()
    }
    const onClose = () => this.#failed.abort(new RedisUnavailable("the connection was lost", "connection"))
    const isCluster = client instanceof Cluster
    const events = isCluster ? ["+node", "-node", "node error"] : ["close"]
    const listener = isCluster ? onTopology : onClose
    for (const event of events) client.on(event, listener)
    return () => {
      for (const event of events) client.off(event, listener)
    }
  }

  async #takeRows(): Promise<void> {
    while (!this.#ending.aborted) {
      const { rows, full } = await this.#parts.outbox.after(this.#taken)
      await this.#clearRows(rows, performance.now())
      if (!full) await this.#wake.wait(pollMs, this.#ending)
    }
  }

  async #clearRows(rows: readonly Invalidation[], readAt: number): Promise<void> {
    const keys = new Set<string>()
    const byObject = new Map<string, Taken>()
    for (const row of rows) {
      const clearing = this.#parts.renderer.render(row)
      for (const key of clearing.keys) keys.add(key)
      const patterns = byObject.get(row.object)?.patterns ?? new Set()
      for (const pattern of clearing.patterns) patterns.add(pattern)
      byObject.set(row.object, { seq: row.seq, patterns })
    }
    await this.#deleteKeys([...keys], rows)
    countInvalidated(rows, readAt)
    for (const [object, taken] of byObject) this.#passOrFinish(object, taken)
  }

  async #deleteKeys(keys: string[], rows: readonly Invalidation[]): Promise<void> {
    try {
      keysTotal.inc({ found_by: "name" }, await deleteKeys(this.#parts.connection.client, keys))
    } catch (error) {
      for (const { object } of rows) invalidationsTotal.inc({ object, result: "failed" })
      throw error
    }
  }

  /** Behind an outstanding pass also what has no pattern waits: an object's cursor moves in order. */
  #passOrFinish(object: string, { seq, patterns }: Taken): void {
    this.#taken.set(object, seq)
    if (patterns.size > 0 || this.#passes.isOutstanding(object)) this.#passes.add(object, seq, [...patterns])
    else this.#finish(object, seq)
  }

  #finish(object: string, seq: number): void {
    this.#done.set(object, seq)
    this.#keeping.set()
  }

  async #clearPatterns(patterns: readonly string[]): Promise<void> {
    const stopTimer = patternPassSeconds.startTimer()
    const keys = await deletePatterns(this.#parts.connection.client, patterns, this.#ending)
    keysTotal.inc({ found_by: "pattern" }, keys)
    this.#parts.log.debug(
      { event: "pattern_pass", patterns, keys, seconds: stopTimer() },
      "patterns were cleared",
    )
  }

  async #keepCursors(): Promise<void> {
    while (!this.#ending.aborted) {
      await this.#keeping.wait(pollMs, this.#ending)
      if (this.#ending.aborted) return
      if (this.#topologyChanged || performance.now() - this.#comparedAt >= pollMs)
        await this.#assertSameCache()
      await this.#storeCursors()
      await pause(acknowledgeEveryMs, this.#ending)
    }
  }

  async #assertSameCache(): Promise<void> {
    this.#topologyChanged = false
    if ((await identityOf(this.#parts.connection.client)) !== this.#identity) {
      throw new RedisUnavailable("it was started anew, or failed over", "replaced")
    }
    this.#comparedAt = performance.now()
  }

  async #storeCursors(): Promise<void> {
    const storing = new Map(this.#done)
    await this.#parts.outbox.acknowledge(storing)
    for (const [object, seq] of storing) if (this.#done.get(object) === seq) this.#done.delete(object)
  }
}

function countInvalidated(rows: readonly Invalidation[], readAt: number): void {
  for (const { object, everything, age_seconds } of rows) {
    invalidationsTotal.inc({ object, result: everything ? "everything" : "keys" })
    if (everything) continue
    shadowToInvalidatedSeconds.observe({ object }, age_seconds + (performance.now() - readAt) / 1000)
  }
}
