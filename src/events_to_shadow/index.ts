import { pause } from "../base/backoff.ts"
import type { Connections } from "../connections.ts"
import { commitToShadowSeconds, countError, eventsTotal } from "../metrics/index.ts"
import { transaction } from "../postgres/transaction.ts"

/** Events folded per transaction: enough for set-wise work, little enough that a load's page waits briefly. */
const batchSize = 2_000
/**
 * A batch costs about as much as some hundred events whatever is in it. Under load the next one therefore waits for
 * events to gather, for as long as the last one took; after fewer than `underLoad` events nothing waits.
 */
const underLoad = 50
const gatherAtMostMs = 200
/** After this long the task makes room for others and asks for another turn. */
const turnMs = 5_000

interface Folded {
  object: string
  change_type: string
  result: string
  events: number
  consumed: number
  /** Of the applied ones; null when there are none. */
  commit_timestamps: Date[] | null
}

/**
 * Folds what a stream has received into the shadow, batch by batch, each in one transaction with its cursor
 * (rule 4). Resolves to true when everything is folded, to false when its turn is over, or the signal aborted, before
 * that.
 */
export async function eventsToShadow(
  { pool, session, log }: Pick<Connections, "pool" | "session" | "log">,
  streamId: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<boolean> {
  const startedAt = performance.now()
  while (!signal.aborted) {
    const beganAt = performance.now()
    const rows = await transaction(pool, async (client) => {
      const folded = await client.query<Folded>(
        "select * from sf_shadow.events_to_shadow(of_stream_id => $1, batch_size => $2)",
        [streamId, batchSize],
      )
      return folded.rows
    }).catch((error) => {
      countError("", "events_to_shadow", error)
      throw error
    })
    // Committed: what cannot be counted must not have it folded again.
    try {
      countFolded(rows, session.clock.estimate().getTime())
    } catch (err) {
      log.warn(
        { event: "fold_not_counted", stream: streamId, err },
        "folded events are missing in the metrics",
      )
    }
    const consumed = rows[0]?.consumed ?? 0
    if (consumed > 0)
      log.debug({ event: "events_to_shadow", stream: streamId, consumed }, `${consumed} events folded`)
    if (consumed < underLoad) return true
    if (performance.now() - startedAt > turnMs) return false
    if (consumed < batchSize) await pause(Math.min(performance.now() - beganAt, gatherAtMostMs), signal)
  }
  return false
}

/** @param nowMs Salesforce's time, epoch ms */
function countFolded(rows: readonly Folded[], nowMs: number): void {
  for (const { object, change_type, result, events, commit_timestamps } of rows) {
    eventsTotal.inc({ object, change_type, result }, events)
    for (const committed of commit_timestamps ?? [])
      commitToShadowSeconds.observe({ object }, Math.max(nowMs - committed.getTime(), 0) / 1000)
  }
}
