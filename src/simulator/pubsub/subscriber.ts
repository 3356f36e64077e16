import { randomUUID } from "node:crypto"
import { constants, type ServerHttp2Stream } from "node:http2"
import { type ServerDuplexStream, type StatusObject, status } from "@grpc/grpc-js"
import type { FetchRequest, FetchResponse } from "../../pubsub/proto.ts"
import type { Org } from "../org/org.ts"
import { type EventLog, replayIdOf } from "./event_log.ts"
import { forTopic } from "./faults.ts"
import { salesforceError } from "./status.ts"

type Call = ServerDuplexStream<FetchRequest, FetchResponse>

/** What a subscriber needs of its server. */
export interface SubscriberContext {
  org: Org
  log: EventLog
  /** Objects of a topic; null when there is no such topic. */
  objectsOf(topic: string): ReadonlySet<string> | null
  /** Shortest and longest time to a keepalive, ms. */
  keepaliveMs: readonly [number, number]
  /** How long a message is on its way, in either direction, ms. */
  halfWayMs: number
}

const maxCredit = 100

/** The server closes a stream that has asked for nothing for so long. */
const noCreditMs = 60_000

/** The server's side of one Subscribe call. */
export class Subscriber {
  readonly #call: Call
  readonly #context: SubscriberContext
  readonly #onOver: () => void
  #topic: string | null = null
  #objects: ReadonlySet<string> = new Set()
  #position = 0n
  #credit = 0
  #isOver = false
  #isSilent = false
  #keepalive: NodeJS.Timeout | undefined
  #withoutCredit: NodeJS.Timeout | undefined
  #stopListening: () => void = () => {}

  /** @param onOver called once, when the call has ended in whatever way */
  constructor(call: Call, context: SubscriberContext, onOver: () => void) {
    this.#call = call
    this.#context = context
    this.#onOver = onOver
    call.on("data", (request: FetchRequest) => this.#onItsWay(() => this.#requested(request)))
    call.on("end", () => this.end())
    for (const event of ["cancelled", "close", "error"]) call.on(event, () => this.#stop())
  }

  /** Ends the stream, with the given error or as if all were well. */
  end(error?: StatusObject): void {
    if (this.#isOver) return
    this.#stop()
    if (error) this.#call.emit("error", error)
    else this.#call.end()
  }

  #requested(request: FetchRequest): void {
    if (this.#isOver) return
    const problem =
      (this.#topic === null ? this.#start(request) : this.#checkTopic(request)) ?? this.#checkCount(request)
    if (problem) {
      this.end(problem)
      return
    }
    this.#credit = Math.min(maxCredit, this.#credit + Math.min(maxCredit, request.num_requested))
    clearTimeout(this.#withoutCredit)
    this.#withoutCredit = undefined
    this.#scheduleKeepalive()
    // What is asked for first comes first: the answer to a request never overtakes the request's return.
    setImmediate(() => this.#deliver())
  }

  #start(request: FetchRequest): StatusObject | null {
    const { org, log } = this.#context
    const topic = request.topic_name ?? ""
    const objects = this.#context.objectsOf(topic)
    if (!objects) {
      const message = `The topic information for org ${org.id} and topic ${topic} not found or not permitted.`
      return salesforceError(status.NOT_FOUND, "topic.not.found", message, "Subscribe")
    }
    const position = this.#startPosition(request)
    if (typeof position !== "bigint") return position
    this.#topic = topic
    this.#objects = objects
    this.#position = position
    const stops = [log.onEvent(() => this.#deliver()), log.onForgotten(() => this.end())]
    this.#stopListening = () => {
      for (const stop of stops) stop()
    }
    return null
  }

  #startPosition({ replay_preset, replay_id }: FetchRequest): bigint | StatusObject {
    const { log } = this.#context
    if (replay_preset === "EARLIEST") return log.beforeOldest
    if (replay_preset !== "CUSTOM") return log.tip
    if (!replay_id?.length) {
      const message = "The Replay ID is required when the replay preset is CUSTOM."
      return this.#invalid("subscription.fetch.replayid.validation.failed", message)
    }
    const message = "The Replay ID validation failed. Ensure that the Replay ID is valid."
    return log.find(replay_id) ?? this.#invalid("subscription.fetch.replayid.corrupted", message)
  }

  #checkTopic({ topic_name }: FetchRequest): StatusObject | null {
    if (!topic_name || topic_name === this.#topic) return null
    const message = "The topic name must not change within a stream."
    return this.#invalid("subscription.fetch.topic.mismatch", message)
  }

  #checkCount({ num_requested }: FetchRequest): StatusObject | null {
    if (num_requested > 0) return null
    const message = "The number of requested events must be greater than zero."
    return this.#invalid("subscription.fetch.requested.events.invalid", message)
  }

  #invalid(errorCode: string, message: string): StatusObject {
    return salesforceError(status.INVALID_ARGUMENT, errorCode, message, "Subscribe")
  }

  /** Sends what is there and asked for, in batches that are often smaller than they could be. */
  #deliver(): void {
    const { org, log } = this.#context
    while (!this.#isOver && !this.#isSilent && this.#credit > 0) {
      const limit = Math.random() < 0.3 ? 1 + Math.floor(Math.random() * this.#credit) : this.#credit
      const events = log.read(this.#position, limit, (object) => this.#objects.has(object))
      const last = events.at(-1)
      if (!last || this.#struck()) return
      this.#position = last.position
      this.#credit -= events.length
      org.usage.deliveredEvents.used += events.length
      this.#send(
        events.map(({ event, replayId }) => ({ event, replay_id: replayId })),
        last.replayId,
      )
    }
  }

  #send(events: FetchResponse["events"], latest_replay_id: Buffer): void {
    const response = { events, latest_replay_id, rpc_id: randomUUID(), pending_num_requested: this.#credit }
    this.#onItsWay(() => this.#call.write(response))
    this.#scheduleKeepalive()
    if (this.#credit === 0) this.#withoutCredit ??= setTimeout(() => this.end(), noCreditMs)
  }

  /** Messages of one delay arrive in their order. */
  #onItsWay(arrive: () => void): void {
    const { halfWayMs } = this.#context
    if (halfWayMs === 0) arrive()
    else setTimeout(() => this.#isOver || arrive(), halfWayMs).unref()
  }

  #scheduleKeepalive(): void {
    const [from, to] = this.#context.keepaliveMs
    clearTimeout(this.#keepalive)
    this.#keepalive = setTimeout(() => this.#keepAlive(), from + Math.random() * (to - from))
  }

  /** A keepalive's replay id is the newest of the whole bus, unless events still wait for credit. */
  #keepAlive(): void {
    if (this.#isOver || this.#isSilent || this.#struck()) return
    const { log } = this.#context
    const isBehind = log.read(this.#position, 1, (object) => this.#objects.has(object)).length > 0
    if (!isBehind) this.#position = log.tip
    this.#send([], replayIdOf(this.#position))
  }

  /** Lets an armed fault strike this stream; true when one did. */
  #struck(): boolean {
    const { faults } = this.#context.org
    const applies = forTopic(this.#topic ?? "")
    const strikes = (name: "drop" | "rst" | "unavailable" | "auth" | "end" | "silent") =>
      faults.strike(`pubsub.${name}`, applies) !== undefined
    if (strikes("drop")) http2StreamOf(this.#call).session?.destroy()
    else if (strikes("rst")) http2StreamOf(this.#call).close(constants.NGHTTP2_NO_ERROR)
    else if (strikes("end")) this.end()
    else if (strikes("silent")) this.#isSilent = true
    else if (strikes("unavailable")) {
      const message = "The service is unavailable. Try again later."
      this.end(salesforceError(status.INTERNAL, "service.unavailable", message, "Subscribe"))
    } else if (strikes("auth")) {
      const message =
        "An authentication exception occurred. Provide valid authentication via metadata headers."
      this.end(salesforceError(status.UNAUTHENTICATED, "service.auth.error", message, "Subscribe"))
    } else {
      const error = faults.strike("pubsub.error", applies)?.settings
      if (!error) return false
      this.end(salesforceError(error.status, error.code, error.message, "Subscribe"))
    }
    return true
  }

  #stop(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#keepalive)
    clearTimeout(this.#withoutCredit)
    this.#stopListening()
    this.#onOver()
  }
}

/** grpc-js offers no way to break its own protocol: the HTTP/2 stream is taken from under the call. */
function http2StreamOf(call: Call): ServerHttp2Stream {
  return (call as unknown as { call: { stream: ServerHttp2Stream } }).call.stream
}
