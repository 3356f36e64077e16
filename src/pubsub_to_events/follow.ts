import { once } from "node:events"
import type { Connections } from "../connections.ts"
import { countError, countFailure, eventsTotal, streamReconnectsTotal } from "../metrics/index.ts"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import { transaction } from "../postgres/transaction.ts"
import type { ReplayStart } from "../pubsub/fetch_stream.ts"
import { type Batch, Subscription } from "../pubsub/subscription.ts"
import { appendBatch, type Lead } from "./append.ts"
import { keptFields } from "./kept_fields.ts"
import { StreamFields } from "./schema_to_fields.ts"
import type { Topic } from "./topics.ts"

/** A keepalive that waited longer than this in a process that stood still says nothing about now (rule 10). */
const trustedStallMs = 1_000

interface LeadRow extends Lead {
  replay_id: Buffer | null
  position_lost: boolean
  /** An operator asked for everything that the bus still has. */
  from_earliest: boolean
  /** What comes first has to show that nothing is missing before it (replay_to_holes). */
  replay_unproven: boolean
  /** Everything that was published and committed before it has been received; null: nothing was. */
  known_until: Date | null
  /** Where a leader before opened a hole and died before the response that ends it; else null. */
  unproven_since: Date | null
}

/**
 * Follows one topic as its leader until the signal: takes the stream over by a new epoch, opens the hole of rule
 * 11 where there is no position, subscribes, and appends each response with its position in one transaction.
 */
export async function followTopic(
  connections: Connections,
  topic: Topic,
  signal: AbortSignal,
): Promise<void> {
  const { pool, session, config } = connections
  const log = connections.log.child({ stream: topic.topic })
  const objects = topic.objects.join("+")
  streamReconnectsTotal.inc({ stream: topic.topic }, 0)
  // Before the position is read: Salesforce's time is needed for a hole, and a refused login should be said first.
  await session.credentials()
  const replaced = new AbortController()
  const ending = AbortSignal.any([signal, replaced.signal])
  const fields = new StreamFields({ ...connections, log }, ending)
  for (const object of topic.objects) await fields.describe(object)
  const { rows } = await pool.query<LeadRow>("select * from sf_shadow.lead_stream(of_topic => $1)", [
    topic.topic,
  ])
  const lead = rows[0] as LeadRow
  const kept = await keptFields(pool, topic.objects)
  let unproven =
    lead.unproven_since === null
      ? null
      : { since: lead.unproven_since, reason: "the stream's leader changed" }

  let replayUnproven = lead.replay_unproven

  const startAnew = async (reason: string, level: "info" | "warn" = "warn"): Promise<ReplayStart> => {
    const since = session.clock.earliest()
    await markHole(connections, lead, topic, since, null, reason)
    unproven = { since, reason }
    log[level](
      { event: "stream_without_position", reason },
      `${topic.topic}: ${reason}. Starts at the newest event; ${topic.objects.join(", ")} count as incomplete until a delta has covered the hole, which is queued.`,
    )
    return { preset: "LATEST" }
  }

  const store = async (batch: Batch): Promise<void> => {
    const isTrusted = batch.events.length === 0 && batch.pending > 0 && batch.stalledMs <= trustedStallMs
    const producedAt = batch.receivedAt - batch.stalledMs
    try {
      await transaction(pool, async (client) => {
        const appended = { ...batch, receivedBefore: session.clock.latest() }
        await appendBatch(client, lead, appended, isTrusted ? session.clock.earliest(producedAt) : null)
        if (replayUnproven) {
          await client.query(
            "select sf_shadow.replay_to_holes(of_stream_id => $1, received => $2, objects => $3, known_until => $4, ends_at => $5)",
            [lead.stream_id, batch.events.length, topic.objects, lead.known_until, session.clock.latest()],
          )
        }
        if (unproven === null) return
        await client.query(
          `select sf_shadow.stream_to_holes(of_stream_id => $1, objects => $2, begins_at => $3, ends_at => $4, reason => $5)`,
          [lead.stream_id, topic.objects, unproven.since, session.clock.latest(), unproven.reason],
        )
      })
    } catch (error) {
      countError(objects, "pubsub_to_events", error, sqlstateOf(error) ?? "connection")
      if (sqlstateOf(error) === sqlstate.notLeader) replaced.abort()
      throw error
    }
    unproven = null
    replayUnproven = false
    for (const event of batch.events) {
      const result = event.error === null ? "stored" : "undecoded"
      if (event.error) countFailure(event.object ?? objects, "pubsub_to_events", event.error.reason)
      eventsTotal.inc({
        object: event.object ?? "unknown",
        change_type: event.changeType ?? "unknown",
        result,
      })
    }
  }

  const replay: ReplayStart = lead.from_earliest
    ? { preset: "EARLIEST" }
    : lead.replay_id !== null
      ? { preset: "CUSTOM", replayId: lead.replay_id }
      : lead.position_lost
        ? await startAnew("the stored position is older than 70 hours")
        : await startAnew("first subscription", "info")
  const subscription = new Subscription({
    endpoint: config.salesforce.pubsubEndpoint,
    ca: config.salesforce.ca,
    proxy: config.salesforce.proxy,
    credentials: () => session.credentials(),
    renew: () => session.renew(),
    topic: topic.topic,
    replay,
    // Salesforce promises a keepalive within this time: just over it is silence.
    silenceMs: config.pubsubSilenceMs * 1.02,
    keep: kept,
    onSchema: (schema) => fields.meet(topic.objects, schema),
    onBatch: store,
    onPositionLost: (error) => startAnew(`Salesforce does not know the stored position (${error.code})`),
    onState: (state) => {
      log.debug({ event: "stream_state", status: state.status }, `${topic.topic}: ${state.status}`)
      if (state.status !== "waiting") return
      streamReconnectsTotal.inc({ stream: topic.topic })
      countError(objects, "pubsub_to_events", state.error, state.error.code ?? "transport")
      noteProblem(connections, lead, state.error.message).catch((err) =>
        log.debug({ event: "stream_problem_not_noted", err }, "the database does not answer"),
      )
    },
    log,
    signal: ending,
  })
  if (!ending.aborted) await once(ending, "abort")
  await subscription.close()
}

async function markHole(
  { pool }: Connections,
  lead: Lead,
  topic: Topic,
  since: Date,
  until: Date | null,
  reason: string,
): Promise<void> {
  await pool.query(
    `select sf_shadow.stream_to_holes(of_stream_id => $1, objects => $2, begins_at => $3, ends_at => $4, reason => $5)`,
    [lead.stream_id, topic.objects, since, until, reason],
  )
}

/** Shows operators why nothing comes (sf_shadow_lag); the next stored response takes it back. */
async function noteProblem(
  { pool }: Connections,
  { stream_id, epoch }: Lead,
  problem: string,
): Promise<void> {
  await pool.query(
    `update sf_shadow.stream set problem = $3, problem_since = coalesce(problem_since, now())
     where stream_id = $1 and epoch = $2`,
    [stream_id, epoch, problem],
  )
}
