import type { JobHelpers } from "graphile-worker"
import { z } from "zod"
import type { Connections, TaskFactory } from "../connections.ts"
import { objectsInOrder } from "../mapping/index.ts"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import { databaseTimeIn } from "../postgres/time.ts"
import { RunDriver } from "./driver.ts"
import { failureMessage } from "./failure.ts"
import { hasHole } from "./index.ts"
import { type RunKind, startPoll, startRun } from "./run.ts"

/** Payload of a load's job. Operators give `object` and `force`; the rest is how the job goes on with itself. */
const payloadSchema = z.object({
  object: z.string().nullish(),
  force: z.boolean().default(false),
  reason: z.string().optional(),
  /** Objects still to be loaded after this one, in order. */
  remaining: z.array(z.string()).default([]),
  kind: z.enum(["full", "delta", "ids"]).optional(),
  /** The run that an earlier turn has begun or joined: with its end, a cancellation too, the load is over. */
  runId: z.number().optional(),
})
type Payload = z.output<typeof payloadSchema>

/** Another process drives this object's runs: look again after this long. */
const followMs = 5_000

/**
 * The task of a load. It does not hold its worker slot while Salesforce works: it puts itself back into the
 * queue with the time to look again. The next object follows when one has ended, whatever its end was; of a poll, the next poll.
 */
export function loadTask(name: "backfill" | "delta" | "compare_ids" | "poll", kind: RunKind): TaskFactory {
  return (connections) => async (raw, helpers) => {
    const payload = payloadSchema.parse(raw)
    const [object, ...remaining] = payload.object
      ? [payload.object, ...payload.remaining]
      : payload.remaining.length > 0
        ? payload.remaining
        : await objectsInOrder(connections)
    if (object === undefined) return
    const turn: Payload = { ...payload, object, remaining, kind: payload.kind ?? kind }
    turn.runId ??= await (name === "poll"
      ? startPoll(connections, object)
      : startTurn(connections, turn, name))
    const waitMs = turn.runId === undefined ? null : await takeTurn(connections, turn.runId, helpers)
    if (waitMs !== null) return addAgain(connections, helpers, name, turn, waitMs)
    if (name === "poll") {
      await connections.pool.query("select sf_shadow.add_poll_job(of_object => $1)", [object])
      return
    }
    if (turn.kind === "delta" && (await hasHole(connections, object))) {
      return addAgain(
        connections,
        helpers,
        name,
        { ...turn, runId: undefined, kind: "ids", reason: "hole" },
        0,
      )
    }
    const [next, ...rest] = remaining
    if (next !== undefined)
      return addAgain(
        connections,
        helpers,
        name,
        { ...payload, runId: undefined, object: next, remaining: rest, kind },
        0,
      )
  }
}

/** What says that an object is not to be loaded now: the ones after it are. */
const skipping: readonly (string | undefined)[] = [sqlstate.neverLoaded, sqlstate.notMirrored]

/** Starts the run, or joins the one that is under way; undefined where there is nothing to do. */
async function startTurn(connections: Connections, turn: Payload, name: string): Promise<number | undefined> {
  const object = turn.object as string
  const reason = turn.reason ?? `${name} task`
  const request = { object, kind: turn.kind as RunKind, reason, force: turn.force }
  return startRun(connections, request).catch((error) => {
    if (!skipping.includes(sqlstateOf(error))) throw error
    connections.log.warn(
      { event: "load_skipped", object, task: name },
      `no ${name}: ${failureMessage(error)}`,
    )
    return undefined
  })
}

/**
 * Drives the run until it waits or ends. Null when it has ended, else how long to wait in milliseconds.
 *
 * @throws what may pass: the queue tries it again, with its growing delays
 */
async function takeTurn(
  connections: Connections,
  runId: number,
  { job, abortSignal }: JobHelpers,
): Promise<number | null> {
  const driver = new RunDriver(connections, runId, {
    signal: abortSignal,
    followMs,
    // The queue counts: each of its tries begins with a driver of its own.
    isLast: () => job.attempts >= job.max_attempts,
  })
  const next = await driver.drive()
  if (next.is === "retry") throw next.error
  return next.is === "due" ? next.inMs : null
}

async function addAgain(
  { pool }: Connections,
  helpers: JobHelpers,
  name: string,
  payload: Payload,
  waitMs: number,
): Promise<void> {
  const { object, kind, remaining } = payload
  await helpers.addJob(name, payload, {
    queueName: `load:${object}`,
    // A key of its own: a turn that replaced another request's turn left that one's run without a job.
    jobKey: ["turn", name, kind, object, ...remaining].join(":"),
    runAt: await databaseTimeIn(pool, waitMs),
    // The next poll comes anyway.
    maxAttempts: name === "poll" ? 6 : 12,
  })
}
