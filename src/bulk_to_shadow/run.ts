import type { Connections } from "../connections.ts"
import { lockSpaces } from "../postgres/lock_spaces.ts"
import { releaseAfter } from "../postgres/transaction.ts"
import type { CallKind } from "../salesforce/budget.ts"

/** full: every record; delta: what changed since the last load; ids: the Id comparison of rule 7. */
export type RunKind = "full" | "delta" | "ids"

/** queued: no job yet; waiting: Salesforce works; loading: pages come; sweeping: all pages merged; the rest are final. */
export type RunState = "queued" | "waiting" | "loading" | "sweeping" | FinalState
export type FinalState = "complete" | "failed" | "fuse" | "canceled"

/** A row of sf_shadow.run: all that is needed to go on with a load (rule 13). */
export interface Run {
  run_id: number
  object: string
  kind: RunKind
  state: RunState
  since: Date | null
  job_id: string | null
  /** A delta that the poll of its object has begun. */
  is_poll: boolean
  /** Its records come by REST: it has no bulk job, and its locator is the path of the next page. */
  by_rest: boolean
  /** Bulk jobs of this run that came to nothing and were made anew. */
  job_attempts: number
  fields: string[] | null
  locator: string | null
  /** When its turn came to merge its pages; null before. */
  turn_at: Date | null
  pages: number
  received: number
  expected: number | null
  inserted: number
  updated: number
  deleted: number
  unchanged: number
  ignored: number
  dirty: number
  rejected: number
  drift: number
  count_in_org: number | null
  count_in_shadow: number | null
  error: string | null
  started_at: Date | null
  /** Until when the API budget holds it back, or it waits to make its job anew; null while it may go on. */
  paused_until: Date | null
}

/**
 * Starts a run, or names the one of this object and kind that is under way.
 *
 * @throws an error with SQLSTATE SF005 where the object was never loaded, unless by a full load, SF006 for an unknown or a paused one
 */
export async function startRun(
  { pool }: { pool: Pick<Connections["pool"], "query"> },
  request: { object: string; kind: RunKind; reason: string; force: boolean; batchId?: string },
): Promise<number> {
  const { rows } = await pool.query<{ run_id: number }>(
    "select sf_shadow.start_run(of_object => $1, of_kind => $2, of_reason => $3, of_forced => $4, of_batch_id => $5) as run_id",
    [request.object, request.kind, request.reason, request.force, request.batchId ?? null],
  )
  return (rows[0] as { run_id: number }).run_id
}

/** Starts the poll of an object, or names the delta that is under way; undefined where none is due. */
export async function startPoll(
  { pool }: Pick<Connections, "pool">,
  object: string,
): Promise<number | undefined> {
  const { rows } = await pool.query<{ run_id: number | null }>(
    "select sf_shadow.start_poll(of_object => $1) as run_id",
    [object],
  )
  return rows[0]?.run_id ?? undefined
}

/** A run went, with its object (objects remove), while somebody drives or is about to drive it. */
export class RunGoneError extends Error {
  constructor(runId: number) {
    super(`run ${runId} does not exist any more: its object is mirrored no longer, or anew`)
  }
}

/** @throws RunGoneError */
export async function readRun({ pool }: Pick<Connections, "pool">, runId: number): Promise<Run> {
  const { rows } = await pool.query<Run>("select * from sf_shadow.run where run_id = $1", [runId])
  if (!rows[0]) throw new RunGoneError(runId)
  return rows[0]
}

export function isFinal(state: RunState): boolean {
  return ["complete", "failed", "fuse", "canceled"].includes(state)
}

/** The share of the API budget that a run lives within (rule 14). */
export function callKindOf(run: Run): CallKind {
  return run.kind === "full" ? "load" : "delta"
}

/**
 * Runs work while this process alone drives the object's runs; resolves to undefined at once where another
 * process does. The lock goes with its connection, so that a killed process leaves nothing behind.
 */
export async function whileDriving<T>(
  { pool }: Pick<Connections, "pool">,
  object: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const client = await pool.connect()
  let isLocked = false
  try {
    const { rows } = await client.query<{ locked: boolean }>(
      `select pg_try_advisory_lock($1::int, o.object_id::int) as locked from sf_shadow.object o where o.object = $2`,
      [lockSpaces.run, object],
    )
    isLocked = rows[0]?.locked ?? false
    return isLocked ? await work() : undefined
  } finally {
    if (isLocked) {
      const unlock =
        "select pg_advisory_unlock($1::int, o.object_id::int) from sf_shadow.object o where o.object = $2"
      await releaseAfter(client, unlock, [lockSpaces.run, object])
    } else client.release()
  }
}
