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
  { outbox, connection, renderer, log }: FollowParts,
  wake: Wake,
  signal: AbortSignal,
  onJoined: (cursors: readonly Cursor[]) => void,
): Promise<void> {
  const { client } = connection
  const failed = new AbortController()
  const ending = AbortSignal.any([signal, failed.signal])
  await connection.ready(signal)
  const identity = await identityOf(client)
  const cursors = await outbox.join(renderer.objects, identity)
  onJoined(cursors)

  const taken = new Map(cursors.map(({ object, seq }) => [object, seq]))
  const done = new Map<string, number>()
  const passes = new PatternPasses()
  const keeping = new Wake()
  const finish = (object: string, seq: number) => {
    done.set(object, seq)
    keeping.set()
  }

  async function takeRows(): Promise<void> {
    while (!ending.aborted) {
      const { rows, full } = await outbox.after(taken)
      await clearRows(rows, performance.now())
      if (!full) await wake.wait(pollMs, ending)
    }
  }

  async function clearRows(rows: readonly Invalidation[], readAt: number): Promise<void> {
    const keys = new Set<string>()
    const last = new Map<string, { seq: number; patterns: Set<string> }>()
    for (const row of rows) {
      const clearing = renderer.render(row)
      for (const key of clearing.keys) keys.add(key)
      const patterns = last.get(row.object)?.patterns ?? new Set()
      for (const pattern of clearing.patterns) patterns.add(pattern)
      last.set(row.object, { seq: row.seq, patterns })
    }
    try {
      keysTotal.inc({ found_by: "name" }, await deleteKeys(client, [...keys]))
    } catch (error) {
      for (const { object } of rows) invalidationsTotal.inc({ object, result: "failed" })
      throw error
    }
    for (const { object, everything, age_seconds } of rows) {
      invalidationsTotal.inc({ object, result: everything ? "everything" : "keys" })
      if (!everything)
        shadowToInvalidatedSeconds.observe({ object }, age_seconds + (performance.now() - readAt) / 1000)
    }
    for (const [object, { seq, patterns }] of last) {
      taken.set(object, seq)
      if (patterns.size > 0 || passes.isOutstanding(object)) passes.add(object, seq, [...patterns])
      else finish(object, seq)
    }
  }

  async function clearPatterns(patterns: readonly string[]): Promise<void> {
    const stopTimer = patternPassSeconds.startTimer()
    const keys = await deletePatterns(client, patterns, ending)
    keysTotal.inc({ found_by: "pattern" }, keys)
    log.debug({ event: "pattern_pass", patterns, keys, seconds: stopTimer() }, "patterns were cleared")
  }

  async function keepCursors(): Promise<void> {
    let checkedAt = performance.now()
    while (!ending.aborted) {
      await keeping.wait(pollMs, ending)
      if (ending.aborted) return
      if (topologyChanged || performance.now() - checkedAt >= pollMs) {
        topologyChanged = false
        if ((await identityOf(client)) !== identity) {
          throw new RedisUnavailable("it was started anew, or failed over", "replaced")
        }
        checkedAt = performance.now()
      }
      await storeCursors()
      await pause(acknowledgeEveryMs, ending)
    }
  }

  async function storeCursors(): Promise<void> {
    const storing = new Map(done)
    await outbox.acknowledge(storing)
    for (const [object, seq] of storing) if (done.get(object) === seq) done.delete(object)
  }

  let topologyChanged = false
  const onTopology = () => {
    topologyChanged = true
    keeping.set()
  }
  const onClose = () => failed.abort(new RedisUnavailable("the connection was lost", "connection"))
  // A Cluster closes single connections while it goes on; a lone Redis may have been restarted with old data.
  const isCluster = client instanceof Cluster
  const watched = isCluster ? ["+node", "-node", "node error"] : ["close"]
  for (const event of watched) client.on(event, isCluster ? onTopology : onClose)
  const guarded = (loop: Promise<void>) => loop.catch((error) => failed.abort(error))
  try {
    await Promise.all([
      guarded(takeRows()),
      guarded(passes.run(ending, clearPatterns, finish)),
      guarded(keepCursors()),
    ])
    if (failed.signal.aborted) throw failed.signal.reason
    await storeCursors()
  } finally {
    for (const event of watched) client.off(event, isCluster ? onTopology : onClose)
  }
}
