import type { Connections } from "../connections.ts"
import { applySettings, objectsInOrder } from "../mapping/index.ts"
import { transaction } from "../postgres/transaction.ts"
import { startBatch } from "./batch.ts"
import { type FinalState, type Run, type RunState, startRun } from "./run.ts"
import { SideBySide } from "./side_by_side.ts"

/** How far a load has come; counts in records. */
export interface LoadProgress {
  object: string
  runId: number
  state: RunState
  received: number
  /** Null until Salesforce has finished the query. */
  expected: number | null
}

/** How a load ended; counts in records. */
export interface LoadResult extends LoadProgress {
  state: FinalState
  inserted: number
  updated: number
  deleted: number
  unchanged: number
  rejected: number
  dirty: number
  /** Rows that were wrong though the object claimed to be fresh (see verify). */
  drift: number
  /** `SELECT COUNT()` at the end, and that less the shadow's rows; null where the load did not get there. */
  countInOrg: number | null
  difference: number | null
  error: string | null
}

export interface LoadRequest extends Connections {
  kind: "full" | "delta"
  /** Salesforce names; none: every enabled object. Loaded parents first. */
  objects: readonly string[]
  /** Delete even past the fuse of rule 7. */
  force: boolean
  /** Whether full loads of several objects go on where a call before was interrupted; else all are loaded anew. */
  continues?: boolean
  signal: AbortSignal
  onProgress?(progress: LoadProgress): void
}

/**
 * Loads objects in this process, side by side: a child's pages after its parent's load. A run that another process drives is
 * followed to its end. An interrupted run goes on from its last page when it is asked for again, and an interrupted
 * backfill of several objects with those that are not complete.
 *
 * @returns how each ended, parents first
 */
export async function runLoads(request: LoadRequest): Promise<LoadResult[]> {
  await applySettings(request)
  const objects = await objectsInOrder(request, request.objects)
  // All runs are there before the first is driven, parents first: so a child sees that its parent's load comes before its own.
  const runIds = await startRuns(request, objects)
  const failed = new AbortController()
  const signal = AbortSignal.any([request.signal, failed.signal])
  const loads = new SideBySide({ ...request, signal, onStep: (run) => report(request, run) })
  const loading = runIds.map(async (runId) => {
    const run = await loads.driveToEnd(runId)
    if (run.kind === "delta") await closeHole(request, loads, run.object)
    return loadResult(run)
  })
  try {
    return await Promise.all(loading)
  } catch (error) {
    // What is thrown is no load's failure: the others are left where they are, and go on when they are asked for again.
    failed.abort(error)
    await Promise.allSettled(loading)
    throw error
  }
}

async function startRuns(request: LoadRequest, objects: readonly string[]): Promise<number[]> {
  const { kind, force } = request
  if (request.continues && objects.length > 1) return startBatch(request, objects, force)
  const reason = kind === "full" ? "backfill command" : "delta command"
  // All or none: where one of them is refused, a run of those before it would stand there with nobody to drive it.
  return transaction(request.pool, async (client) => {
    const runIds: number[] = []
    for (const object of objects)
      runIds.push(await startRun({ pool: client }, { object, kind, reason, force }))
    return runIds
  })
}

/** A delta alone does not close a hole: what was deleted in it shows in an Id comparison only (rule 6). */
async function closeHole(request: LoadRequest, loads: SideBySide, object: string): Promise<void> {
  if (!(await hasHole(request, object))) return
  await loads.driveToEnd(
    await startRun(request, { object, kind: "ids", reason: "hole", force: request.force }),
  )
}

/** Whether changes of a past span may be missing in a loaded object: an Id comparison beside the delta is due. */
export async function hasHole({ pool }: Pick<Connections, "pool">, object: string): Promise<boolean> {
  const { rows } = await pool.query<{ hole: boolean }>(
    "select coalesce(hole_to < 'infinity', false) and proof_read_id is not null as hole from sf_shadow.object_state where object = $1",
    [object],
  )
  return rows[0]?.hole ?? false
}

function report({ onProgress }: LoadRequest, { object, run_id, state, received, expected }: Run): void {
  onProgress?.({ object, runId: run_id, state, received, expected })
}

function loadResult(run: Run): LoadResult {
  const { object, state, received, expected, inserted, updated, deleted, unchanged, rejected, dirty, error } =
    run
  const { count_in_org: countInOrg, count_in_shadow: countInShadow } = run
  return {
    object,
    runId: run.run_id,
    state: state as LoadResult["state"],
    received,
    expected,
    inserted,
    updated,
    deleted,
    unchanged,
    rejected,
    dirty,
    drift: run.drift,
    countInOrg,
    difference: countInOrg === null || countInShadow === null ? null : countInOrg - countInShadow,
    error,
  }
}
