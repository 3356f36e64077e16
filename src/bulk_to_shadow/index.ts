import { setTimeout as sleep } from "node:timers/promises"
import type { Connections } from "../connections.ts"
import { applySettings, objectsInOrder } from "../mapping/index.ts"
import { startBatch } from "./batch.ts"
import { type Next, RunDriver } from "./driver.ts"
import { failureMessage } from "./failure.ts"
import { abortJobOf } from "./renew.ts"
import { type FinalState, type Run, type RunKind, type RunState, readRun, startRun } from "./run.ts"

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

/** Failures in a row, without progress between them, before a load is given up. */
const patience = 6
/** Another process drives this object's runs: look again after this long. */
const followMs = 500

/**
 * Loads objects in this process, one after another in order of dependency. A run that another process drives is
 * followed to its end. An interrupted run goes on from its last page when it is asked for again, and an interrupted
 * backfill of several objects with those that are not complete.
 */
export async function runLoads(request: LoadRequest): Promise<LoadResult[]> {
  await applySettings(request)
  const objects = await objectsInOrder(request, request.objects)
  const results: LoadResult[] = []
  if (request.continues && objects.length > 1) {
    for (const runId of await startBatch(request, objects, request.force))
      results.push(loadResult(await driveToEnd(request, runId)))
    return results
  }
  for (const object of objects) {
    const reason = request.kind === "full" ? "backfill command" : "delta command"
    const runId = await startRun(request, { object, kind: request.kind, reason, force: request.force })
    results.push(loadResult(await driveToEnd(request, runId)))
    if (request.kind === "delta") await closeHole(request, object)
  }
  return results
}

/** A delta alone does not close a hole: what was deleted in it shows in an Id comparison only (rule 6). */
async function closeHole(request: LoadRequest, object: string): Promise<void> {
  if (!(await hasHole(request, object))) return
  const kind: RunKind = "ids"
  await driveToEnd(request, await startRun(request, { object, kind, reason: "hole", force: request.force }))
}

/** Whether changes of a past span may be missing in a loaded object: an Id comparison beside the delta is due. */
export async function hasHole({ pool }: Pick<Connections, "pool">, object: string): Promise<boolean> {
  const { rows } = await pool.query<{ hole: boolean }>(
    "select coalesce(hole_to < 'infinity', false) and proof_read_id is not null as hole from sf_shadow.object_state where object = $1",
    [object],
  )
  return rows[0]?.hole ?? false
}

/** Drives a run, or follows the process that does, until it has ended. */
async function driveToEnd(request: LoadRequest, runId: number): Promise<Run> {
  const { signal } = request
  const driver = new RunDriver(request, runId, {
    signal,
    followMs,
    isLast: (failures) => failures >= patience,
    onStep: (run) => report(request, run),
  })
  for (;;) {
    const next = await driver.drive()
    if (next.is === "ended") break
    const waitMs = next.is === "due" ? next.inMs : pauseBeforeRetry(request, next)
    await sleep(waitMs, undefined, { signal })
  }
  const run = await readRun(request, runId)
  report(request, run)
  // Where it was canceled while no service runs, nobody else ends its bulk job.
  if (run.state === "canceled") await abortJobOf(request, run)
  return run
}

/** Returns how long to wait before a step that failed is tried again, in ms. */
function pauseBeforeRetry({ log }: LoadRequest, next: Extract<Next, { is: "retry" }>): number {
  const { run, error, failures } = next
  const waitMs = 500 * 2 ** failures * (0.75 + Math.random() / 2)
  log.warn(
    { event: "bulk_to_shadow_retry", object: run.object, run: run.run_id, failures },
    `${failureMessage(error)} Trying again in ${(waitMs / 1000).toFixed(1)} s (${failures} of ${patience}).`,
  )
  return waitMs
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
