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
  /** Further objects of a job of an earlier version, which loaded one after another. */
  remaining: z.array(z.string()).optional(),
  kind: z.enum(["full", "delta", "ids"]).optional(),
  /** The run that an earlier turn has begun or joined: with its end, a cancellation too, the load is over. */
  runId: z.number().optional(),
})
type Payload = Omit<z.output<typeof payloadSchema>, "object"> & { object: string; kind: RunKind }

/** Another process drives this object's runs: look again after this long. */
const followMs = 5_000

/**
 * The task of a load. It does not hold its worker slot while Salesforce works: it puts itself back into the
 * queue with the time to look again. Of several objects each goes on as a job of its own; of a poll, the next poll follows.
 */
export function loadTask(name: "backfill" | "delta" | "compare_ids" | "poll", kind: RunKind): TaskFactory {
  return (connections) => async (raw, helpers) => {
    const payload = payloadSchema.parse(raw)
    const { object: first, remaining: others = [], ...rest } = payload
    const objects = first ? [first, ...others] : await objectsInOrder(connections)
    const turns = objects.map((object): Payload => ({ ...rest, object, kind: rest.kind ?? kind }))
    const [turn, ...more] = turns
    if (turn === undefined) return
    if (more.length > 0) return startAll(connections, helpers, name, turns)
    turn.runId ??= await (name === "poll"
      ? startPoll(connections, turn.object)
      : startTurn(connections, turn, name))
    const waitMs = turn.runId === undefined ? null : await takeTurn(connections, turn.runId, helpers)
    if (waitMs !== null) return addAgain(connections, helpers, name, turn, waitMs)
    if (name === "poll") {
      await connections.pool.query("select sf_shadow.add_poll_job(of_object => $1)", [turn.object])
    } else if (turn.kind === "delta" && (await hasHole(connections, turn.object))) {
      const comparison: Payload = { ...turn, runId: undefined, kind: "ids", reason: "hole" }
      await addAgain(connections, helpers, name, comparison, 0)
    }
  }
}

/** Starts the runs of several objects, parents first, so that a child sees that its parent's load comes before its own. */
async function startAll(
  connections: Connections,
  helpers: JobHelpers,
  name: string,
  turns: Payload[],
): Promise<void> {
  for (const turn of turns) {
    // Of a job of an earlier version the first one may be under way.
    turn.runId = (turn === turns[0] ? turn.runId : undefined) ?? (await startTurn(connections, turn, name))
  }
  for (const turn of turns) if (turn.runId !== undefined) await addAgain(connections, helpers, name, turn, 0)
}

/** What says that an object is not to be loaded now: the ones after it are. */
const skipping: readonly (string | undefined)[] = [sqlstate.neverLoaded, sqlstate.notMirrored]

/** Starts the run, or joins the one that is under way; undefined where there is nothing to do. */
async function startTurn(connections: Connections, turn: Payload, name: string): Promise<number | undefined> {
  const { object, kind, force } = turn
  const request = { object, kind, reason: turn.reason ?? `${name} task`, force }
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
  const { object, kind } = payload
  await helpers.addJob(name, payload, {
    queueName: `load:${object}`,
    // A key of the run's own: a turn that replaced another request's turn left that one's run without a job.
    jobKey: ["turn", name, kind, object, payload.runId].join(":"),
    runAt: await databaseTimeIn(pool, waitMs),
    // The next poll comes anyway.
    maxAttempts: name === "poll" ? 6 : 12,
  })
}
