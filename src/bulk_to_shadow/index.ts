import { setTimeout as sleep } from "node:timers/promises"
import type { Connections } from "../connections.ts"
import { applySettings, objectsInOrder } from "../mapping/index.ts"
import { countError } from "../metrics/index.ts"
import type { SalesforceError } from "../salesforce/errors.ts"
import { advanceRun, giveUp } from "./advance.ts"
import { startBatch } from "./batch.ts"
import { type Failure, failureMessage, judgeFailure } from "./failure.ts"
import { PageMerger } from "./page.ts"
import { abortJobOf, renewJob } from "./renew.ts"
import {
  type FinalState,
  isFinal,
  noteRunError,
  pauseRun,
  type Run,
  type RunKind,
  type RunState,
  readRun,
  startRun,
  whileDriving,
} from "./run.ts"

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
const followEveryMs = 500

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
    for (const { runId } of await startBatch(request, objects, request.force))
      results.push(loadResult(await driveRun(request, runId)))
    return results
  }
  for (const object of objects) {
    const reason = request.kind === "full" ? "backfill command" : "delta command"
    const runId = await startRun(request, { object, kind: request.kind, reason, force: request.force })
    results.push(loadResult(await driveRun(request, runId)))
    if (request.kind === "delta") await closeHole(request, object)
  }
  return results
}

/** A delta alone does not close a hole: what was deleted in it shows in an Id comparison only (rule 6). */
async function closeHole(request: LoadRequest, object: string): Promise<void> {
  if (!(await hasHole(request, object))) return
  const kind: RunKind = "ids"
  await driveRun(request, await startRun(request, { object, kind, reason: "hole", force: request.force }))
}

/** Whether changes of a past span may be missing in a loaded object: an Id comparison beside the delta is due. */
export async function hasHole({ pool }: Pick<Connections, "pool">, object: string): Promise<boolean> {
  const { rows } = await pool.query<{ hole: boolean }>(
    "select coalesce(hole_to < 'infinity', false) and proof_read_id is not null as hole from sf_shadow.object_state where object = $1",
    [object],
  )
  return rows[0]?.hole ?? false
}

async function driveRun(request: LoadRequest, runId: number): Promise<Run> {
  for (;;) {
    const run = await readRun(request, runId)
    report(request, run)
    if (isFinal(run.state)) return ended(request, run)
    request.signal.throwIfAborted()
    const driven = await whileDriving(request, run.object, () => driveToEnd(request, runId))
    if (driven === undefined) await sleep(followEveryMs, undefined, { signal: request.signal })
  }
}

/** Where it was canceled while no service runs, nobody else ends its bulk job. */
async function ended(request: LoadRequest, run: Run): Promise<Run> {
  if (run.state === "canceled") await abortJobOf(request, run)
  return run
}

async function driveToEnd(request: LoadRequest, runId: number): Promise<true> {
  const pages = new PageMerger(request, request.signal)
  try {
    return await advanceToEnd(request, runId, pages)
  } finally {
    await pages.close()
  }
}

async function advanceToEnd(request: LoadRequest, runId: number, pages: PageMerger): Promise<true> {
  let failures = 0
  for (;;) {
    request.signal.throwIfAborted()
    try {
      const { run, waitMs } = await advanceRun(request, runId, pages)
      failures = 0
      report(request, run)
      if (isFinal(run.state)) return true
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: request.signal })
    } catch (error) {
      request.signal.throwIfAborted()
      const run = await readRun(request, runId)
      const failure = await judgeFailure(request, run, error)
      const { action } = failure
      // What follows may take a while, in which no page stands open.
      if (action === "pause" || action === "anew") await pages.dropAhead()
      // A pause for want of API budget is no failure: it may come often, and last for hours.
      if (action !== "pause") failures += 1
      const ended = await recover(request, run, error as Error, failure, failures)
      if (ended) return true
    }
  }
}

/** True when the run ended, or is another process's to go on with. */
async function recover(
  request: LoadRequest,
  run: Run,
  error: Error,
  failure: Failure,
  failures: number,
): Promise<boolean> {
  const { action, reason } = failure
  if (action === "follow") return true
  if (failure.action === "pause") {
    const waitMs = await pauseRun(request, run, error, failure.waitMs)
    await sleep(waitMs, undefined, { signal: request.signal })
    return false
  }
  countError(run.object, "bulk_to_shadow", error, reason)
  if (action === "anew") {
    const waitMs = await renewJob(request, run, error as SalesforceError)
    if (waitMs !== null) {
      await sleep(waitMs, undefined, { signal: request.signal })
      return false
    }
  }
  const message = failureMessage(error)
  if (action !== "retry" || failures >= patience) {
    await giveUp(request, run, new Error(message), action === "fuse")
    return true
  }
  await noteRunError(request, run.run_id, message)
  const waitMs = 500 * 2 ** failures * (0.75 + Math.random() / 2)
  request.log.warn(
    { event: "bulk_to_shadow_retry", object: run.object, run: run.run_id, failures },
    `${message} Trying again in ${(waitMs / 1000).toFixed(1)} s (${failures} of ${patience}).`,
  )
  await sleep(waitMs, undefined, { signal: request.signal })
  return false
}

function report({ onProgress }: LoadRequest, { object, run_id, state, received, expected }: Run): void {
  onProgress?.({ object, runId: run_id, state, received, expected })
}

function loadResult(run: Run): LoadResult {
  const { object, state, received, expected, inserted, updated, deleted, unchanged, rejected, dirty, error } =
    run
  const { count_in_org: countInOrg, count_in_shadow: countInShadow } = run
  return {
    ...{ object, runId: run.run_id, state: state as LoadResult["state"], received, expected },
    ...{ inserted, updated, deleted, unchanged, rejected, dirty, drift: run.drift, countInOrg },
    difference: countInOrg === null || countInShadow === null ? null : countInOrg - countInShadow,
    error,
  }
}
