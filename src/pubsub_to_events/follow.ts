import { once } from "node:events"
import type { ClientBase, PoolClient } from "pg"
import type { Log } from "../base/log.ts"
import type { Connections } from "../connections.ts"
import { countError, countFailure, eventsTotal, streamReconnectsTotal } from "../metrics/index.ts"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import { transaction } from "../postgres/transaction.ts"
import type { ReplayStart } from "../pubsub/fetch_stream.ts"
import { type Batch, Subscription, type SubscriptionState } from "../pubsub/subscription.ts"
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
  const { pool, session } = connections
  streamReconnectsTotal.inc({ stream: topic.topic }, 0)
  // Before the position is read: Salesforce's time is needed for a hole, and a refused login should be said first.
  await session.credentials()
  const replaced = new AbortController()
  const ending = AbortSignal.any([signal, replaced.signal])
  const log = connections.log.child({ stream: topic.topic })
  const fields = new StreamFields({ ...connections, log }, ending)
  for (const object of topic.objects) await fields.describe(object)
  const { rows } = await pool.query<LeadRow>("select * from sf_shadow.lead_stream(of_topic => $1)", [
    topic.topic,
  ])
  const leader = new Leader({ ...connections, log }, topic, rows[0] as LeadRow, () => replaced.abort())
  await leader.follow(fields, ending)
}

/** Where the stream begins without a position, until a response says when that was. */
interface Unproven {
  since: Date
  reason: string
}

/** The process whose epoch is the stream's, for as long as it is. */
class Leader {
  readonly #connections: Connections
  readonly #log: Log
  readonly #topic: Topic
  /** The names of its objects, where a metric has one label. */
  readonly #objects: string
  readonly #lead: LeadRow
  readonly #onReplaced: () => void
  #unproven: Unproven | null
  #replayUnproven: boolean

  /** @param onReplaced called when another process turns out to lead */
  constructor(connections: Connections, topic: Topic, lead: LeadRow, onReplaced: () => void) {
    this.#connections = connections
    this.#log = connections.log
    this.#topic = topic
    this.#objects = topic.objects.join("+")
    this.#lead = lead
    this.#onReplaced = onReplaced
    this.#unproven = lead.unproven_since && {
      since: lead.unproven_since,
      reason: "the stream's leader changed",
    }
    this.#replayUnproven = lead.replay_unproven
  }

  async follow(fields: StreamFields, ending: AbortSignal): Promise<void> {
    const { pool, session, config } = this.#connections
    const { topic, objects } = this.#topic
    const subscription = new Subscription({
      endpoint: config.salesforce.pubsubEndpoint,
      ca: config.salesforce.ca,
      proxy: config.salesforce.proxy,
      credentials: () => session.credentials(),
      renew: () => session.renew(),
      topic,
      keep: await keptFields(pool, objects),
      replay: await this.#start(),
      // Salesforce promises a keepalive within this time: just over it is silence.
      silenceMs: config.pubsubSilenceMs * 1.02,
      gathers: objects.length > 1,
      onSchema: (schema) => fields.meet(objects, schema),
      onBatch: (batch) => this.#store(batch),
      onPositionLost: (error) =>
        this.#startAnew(`Salesforce does not know the stored position (${error.code})`),
      onState: (state) => this.#noteState(state),
      log: this.#log,
      signal: ending,
    })
    if (!ending.aborted) await once(ending, "abort")
    await subscription.close()
  }

  async #start(): Promise<ReplayStart> {
    const { from_earliest, replay_id, position_lost } = this.#lead
    if (from_earliest) return { preset: "EARLIEST" }
    if (replay_id !== null) return { preset: "CUSTOM", replayId: replay_id }
    if (position_lost) return this.#startAnew("the stored position is older than 70 hours")
    return this.#startAnew("first subscription", "info")
  }

  async #startAnew(reason: string, level: "info" | "warn" = "warn"): Promise<ReplayStart> {
    const unproven = { since: this.#connections.session.clock.earliest(), reason }
    await this.#toHoles(this.#connections.pool, unproven, null)
    this.#unproven = unproven
    const { topic, objects } = this.#topic
    this.#log[level](
      { event: "stream_without_position", reason },
      `${topic}: ${reason}. Starts at the newest event; ${objects.join(", ")} count as incomplete until a delta has covered the hole, which is queued.`,
    )
    return { preset: "LATEST" }
  }

  async #store(batch: Batch): Promise<void> {
    try {
      await transaction(this.#connections.pool, async (client) => {
        await this.#append(client, batch)
        await this.#endHoles(client, batch)
      })
    } catch (error) {
      countError(this.#objects, "pubsub_to_events", error, sqlstateOf(error) ?? "connection")
      if (sqlstateOf(error) === sqlstate.notLeader) this.#onReplaced()
      throw error
    }
    this.#unproven = null
    this.#replayUnproven = false
    this.#count(batch)
  }

  async #append(client: PoolClient, batch: Batch): Promise<void> {
    const { clock } = this.#connections.session
    const isTrusted = batch.events.length === 0 && batch.pending > 0 && batch.stalledMs <= trustedStallMs
    const keepaliveAt = isTrusted ? clock.earliest(batch.receivedAt - batch.stalledMs) : null
    const mayGoOn = batch.pending === 0
    await appendBatch(client, this.#lead, { ...batch, receivedBefore: clock.latest(), mayGoOn }, keepaliveAt)
  }

  /** A response says until when events may be missing, before where the stream began. */
  async #endHoles(client: ClientBase, batch: Batch): Promise<void> {
    const { stream_id, known_until } = this.#lead
    const endsAt = this.#connections.session.clock.latest()
    if (this.#replayUnproven) {
      await client.query(
        "select sf_shadow.replay_to_holes(of_stream_id => $1, received => $2, objects => $3, known_until => $4, ends_at => $5)",
        [stream_id, batch.events.length, this.#topic.objects, known_until, endsAt],
      )
    }
    if (this.#unproven) await this.#toHoles(client, this.#unproven, endsAt)
  }

  /** @param endsAt null while nobody knows */
  async #toHoles(
    client: Pick<ClientBase, "query">,
    { since, reason }: Unproven,
    endsAt: Date | null,
  ): Promise<void> {
    await client.query(
      "select sf_shadow.stream_to_holes(of_stream_id => $1, objects => $2, begins_at => $3, ends_at => $4, reason => $5)",
      [this.#lead.stream_id, this.#topic.objects, since, endsAt, reason],
    )
  }

  #count({ events }: Batch): void {
    for (const { object, error, changeType } of events) {
      if (error) countFailure(object ?? this.#objects, "pubsub_to_events", error.reason)
      eventsTotal.inc({
        object: object ?? "unknown",
        change_type: changeType ?? "unknown",
        result: error === null ? "stored" : "undecoded",
      })
    }
  }

  #noteState(state: SubscriptionState): void {
    const { topic } = this.#topic
    this.#log.debug({ event: "stream_state", status: state.status }, `${topic}: ${state.status}`)
    if (state.status !== "waiting") return
    streamReconnectsTotal.inc({ stream: topic })
    countError(this.#objects, "pubsub_to_events", state.error, state.error.code ?? "transport")
    this.#noteProblem(state.error.message).catch((err) =>
      this.#log.debug({ event: "stream_problem_not_noted", err }, "the database does not answer"),
    )
  }

  /** Shows operators why nothing comes (sf_shadow_lag); the next stored response takes it back. */
  async #noteProblem(problem: string): Promise<void> {
    const { stream_id, epoch } = this.#lead
    await this.#connections.pool.query(
      `update sf_shadow.stream set problem = $3, problem_since = coalesce(problem_since, now())
       where stream_id = $1 and epoch = $2`,
      [stream_id, epoch, problem],
    )
  }
}
