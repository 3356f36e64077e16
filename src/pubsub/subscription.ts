import { Backoff, pause } from "../base/backoff.ts"
import type { Log } from "../base/log.ts"
import type { ProxyConfig } from "../base/proxy.ts"
import { PubsubChannel, type PubsubCredentials } from "./channel.ts"
import { type DecodedEvent, decodeEvent } from "./decode.ts"
import { type ClassifiedError, classify, isSchemaRefused } from "./errors.ts"
import { FetchStream, type ReceivedResponse, type ReplayStart, SilenceError } from "./fetch_stream.ts"
import { type EventSchema, SchemaCache, UnusableSchemaError } from "./schema.ts"
import { StallMeter } from "./stall_meter.ts"

/** One response of the stream, decoded. Without events it is a keepalive. */
export interface Batch {
  /** In bus order. */
  events: DecodedEvent[]
  /**
   * The position once this batch is stored: replay id of the last event that has one, or of the keepalive.
   * Null when the response had none; then the position stays where it was.
   */
  latestReplayId: Buffer | null
  /** When the response was read from the connection, `performance.now()`; it may have waited for others since. */
  receivedAt: number
  /** How long the process had stood still before that: a keepalive then may be as much older. */
  stalledMs: number
  /** How many events the server still owed us then: without any, a keepalive does not say that there are none. */
  pending: number
  /** For Salesforce support. */
  rpcId: string
}

/** What a subscription is doing. */
export type SubscriptionState =
  | { status: "connecting" }
  /** A response came in on the present stream. */
  | { status: "live" }
  /** Out of order; tries again by itself. */
  | { status: "waiting"; error: ClassifiedError; failures: number; retryInMs: number }
  | { status: "closed" }

/** Settings of a subscription. */
export interface SubscriptionOptions {
  /** "host:port" of the Pub/Sub API. */
  endpoint: string
  /** PEM of an extra trusted certificate authority. */
  ca?: string | undefined
  proxy?: ProxyConfig | undefined
  credentials(): Promise<PubsubCredentials>
  /** Logs in again; the next `credentials()` are new ones. */
  renew(): Promise<void>
  /** "/data/Product2ChangeEvent", "/data/ChangeEvents" */
  topic: string
  /** Where to start the first time; after the first stored response always after the last stored replay id. */
  replay: ReplayStart
  /** Longest silence of the server in milliseconds before the connection counts as dead (default 275,000). */
  silenceMs?: number
  /** Whether responses that follow within milliseconds are stored as one batch (default: only those that have come already). */
  gathers?: boolean
  /** Names of the fields of an object that may be stored; null for all. */
  keep(object: string): ReadonlySet<string> | null
  /** Stores a batch. More events are asked for once it has resolved; if it fails they are delivered again. */
  onBatch(batch: Batch): Promise<void>
  /** Salesforce does not accept the replay id: marks what may be missing and answers where to go on. */
  onPositionLost(error: ClassifiedError): Promise<ReplayStart>
  /** A schema is met for the first time; its events wait until this has resolved. */
  onSchema?(schema: EventSchema): Promise<void>
  onState?(state: SubscriptionState): void
  log: Log
  signal?: AbortSignal
}

const usualSilenceMs = 275_000
const slowDownMs = 30_000
const fatalMs = 60_000
const limitMs = 600_000

/**
 * Follows one topic for as long as the process lives: batches strictly one after another, credit only for
 * what is stored, a new stream after every failure by the error table. Starts at once.
 */
export class Subscription {
  readonly #options: SubscriptionOptions
  readonly #log: Log
  readonly #channel: PubsubChannel
  readonly #controller = new AbortController()
  readonly #signal: AbortSignal
  readonly #stalls = new StallMeter()
  readonly #backoff = new Backoff()
  readonly #schemas: SchemaCache
  readonly #introduced = new Set<string>()
  readonly #running: Promise<void>
  #start: ReplayStart

  constructor(options: SubscriptionOptions) {
    this.#options = options
    this.#log = options.log
    this.#start = options.replay
    this.#channel = PubsubChannel.acquire(options.endpoint, options.ca, options.proxy)
    const own = this.#controller.signal
    this.#signal = options.signal ? AbortSignal.any([own, options.signal]) : own
    this.#schemas = new SchemaCache(async (id) => {
      const credentials = await options.credentials()
      return (await this.#channel.getSchema(id, credentials, this.#signal)).schema_json
    })
    this.#running = this.#run()
  }

  /** Cancels the stream; resolves when nothing is left, a batch being stored included. */
  async close(): Promise<void> {
    this.#controller.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        await this.#follow()
      } catch (error) {
        if (!this.#signal.aborted) await this.#recover(error)
      }
    }
    this.#stalls.stop()
    this.#channel.release()
    this.#options.onState?.({ status: "closed" })
  }

  /** One stream, until it fails or the subscription is closed; both end in a throw. */
  async #follow(): Promise<never> {
    const { topic, onState, credentials, silenceMs = usualSilenceMs, gathers = false } = this.#options
    onState?.({ status: "connecting" })
    const call = this.#channel.subscribe(await credentials())
    const stream = new FetchStream(call, {
      topic,
      start: this.#start,
      silenceMs,
      gathers,
      stalls: this.#stalls,
    })
    try {
      for (let isLive = false; ; isLive = true) {
        const received = await stream.next(this.#signal)
        if (!isLive) onState?.({ status: "live" })
        const batch = await this.#decode(received)
        await this.#store(batch)
        if (batch.latestReplayId) this.#start = { preset: "CUSTOM", replayId: batch.latestReplayId }
        this.#backoff.reset()
        stream.committed(received)
      }
    } finally {
      await stream.cancel()
    }
  }

  async #store(batch: Batch): Promise<void> {
    try {
      await this.#options.onBatch(batch)
    } catch (cause) {
      throw new Error(`a batch could not be stored (${(cause as Error).message})`, { cause })
    }
  }

  async #decode({ response, receivedAt, stalledMs }: ReceivedResponse): Promise<Batch> {
    const events: DecodedEvent[] = []
    let position = response.events.length === 0 ? response.latest_replay_id : Buffer.alloc(0)
    for (const consumed of response.events) {
      const schema = await this.#schema(consumed.event?.schema_id ?? "")
      if (!(schema instanceof UnusableSchemaError)) await this.#introduce(schema)
      events.push(decodeEvent(consumed, schema, this.#options.keep))
      if (consumed.replay_id.length > 0) position = consumed.replay_id
    }
    const latestReplayId = position.length > 0 ? position : null
    const { rpc_id: rpcId, pending_num_requested: pending } = response
    return { events, latestReplayId, receivedAt, stalledMs, pending, rpcId }
  }

  async #introduce(schema: EventSchema): Promise<void> {
    if (this.#introduced.has(schema.id)) return
    await this.#options.onSchema?.(schema)
    this.#introduced.add(schema.id)
  }

  /** Holds the stream up until the schema is there: without it the event would be lost. */
  async #schema(id: string): Promise<EventSchema | UnusableSchemaError> {
    if (id === "") return new UnusableSchemaError("The event came without a schema id")
    const backoff = new Backoff()
    for (;;) {
      try {
        return await this.#schemas.get(id)
      } catch (error) {
        if (error instanceof UnusableSchemaError) return error
        this.#signal.throwIfAborted()
        const classified = classify(error)
        if (isSchemaRefused(classified)) {
          return new UnusableSchemaError(`Salesforce has no schema ${id}: ${classified.message}`)
        }
        await this.#waitAfter(classified, backoff, `The schema ${id} of an event could not be had`)
        this.#options.onState?.({ status: "live" })
      }
    }
  }

  async #recover(error: unknown): Promise<void> {
    const classified = classify(error)
    if (error instanceof SilenceError) this.#channel.replaceConnection()
    if (classified.action === "position-lost") {
      try {
        this.#start = await this.#options.onPositionLost(classified)
      } catch (cause) {
        const what = `The lost position of ${this.#options.topic} could not be noted`
        this.#log.error({ event: "pubsub_position_lost", err: cause, topic: this.#options.topic }, what)
      }
    }
    await this.#waitAfter(
      classified,
      this.#backoff,
      `The subscription to ${this.#options.topic} was interrupted`,
    )
  }

  /** Says what happened and what is done now, logs in again if that is the remedy, and waits. */
  async #waitAfter(error: ClassifiedError, backoff: Backoff, what: string): Promise<void> {
    const { topic, onState } = this.#options
    const retryInMs = Math.round(pauseMs(error, backoff))
    const { code, grpcStatus, rpcId, action } = error
    const state = { status: "waiting", error, failures: backoff.failures, retryInMs } as const
    onState?.(state)
    const next = `trying again in ${(retryInMs / 1000).toFixed(1)} s from the last stored position`
    const level = action === "fatal" || action === "limit" ? "error" : "warn"
    this.#log[level](
      {
        event: "pubsub_interrupted",
        topic,
        code,
        grpcStatus,
        rpcId,
        action,
        failures: backoff.failures,
        retryInMs,
      },
      `${what}: ${error.message}; ${remedies[action]}${next}`,
    )
    if (action === "relogin") await this.#renew()
    await pause(retryInMs, this.#signal)
  }

  async #renew(): Promise<void> {
    try {
      await this.#options.renew()
    } catch (err) {
      const { topic } = this.#options
      this.#log.warn({ event: "pubsub_login_failed", topic, err }, "The new login failed; it is tried again")
    }
  }
}

/** What the log adds for the person on call. */
const remedies: Readonly<Record<ClassifiedError["action"], string>> = {
  retry: "",
  relogin: "logging in again, ",
  "position-lost": "the changes since then will be read again, ",
  "slow-down": "too many connections or requests for the org: fewer subscribers help; ",
  limit: "the org's event allocation for 24 hours is used up: fewer subscribers or more allocation help; ",
  fatal: "this needs a change of the topic, the user's permissions or the settings; ",
}

function pauseMs(error: ClassifiedError, backoff: Backoff): number {
  const ms = backoff.nextMs()
  if (error.action === "slow-down") return Math.max(ms, slowDownMs * (0.5 + Math.random()))
  if (error.action === "fatal") return Math.max(ms, fatalMs)
  if (error.action === "limit") return Math.max(ms, limitMs)
  return ms
}
