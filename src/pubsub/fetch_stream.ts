import { performance } from "node:perf_hooks"
import { setImmediate } from "node:timers/promises"
import type { SubscribeCall } from "./channel.ts"
import { Credit, maxOutstanding } from "./credit.ts"
import type { FetchRequest, FetchResponse, ReplayPreset } from "./proto.ts"
import type { StallMeter } from "./stall_meter.ts"

/** Of a channel of several objects: the events of one transaction come within so long of each other (rule 16), in ms. */
const gatherMs = 20
const gatherAtMostMs = 60

/** Where a stream starts; CUSTOM starts after the replay id. */
export type ReplayStart = { preset: Exclude<ReplayPreset, "CUSTOM"> } | { preset: "CUSTOM"; replayId: Buffer }

/** A response with the circumstances of its arrival. */
export interface ReceivedResponse {
  response: FetchResponse
  /** When the response was read from the connection, `performance.now()`. */
  receivedAt: number
  /** How long the process had stood still just before; see `StallMeter`. */
  stalledMs: number
}

export interface FetchStreamOptions {
  topic: string
  start: ReplayStart
  /** Longest time between two responses; the server promises a keepalive within 270 s. */
  silenceMs: number
  /** Whether responses that follow closely are handed out as one, so that a transaction stays whole. */
  gathers: boolean
  stalls: StallMeter
}

/** The server said nothing for too long: no event and no keepalive. */
export class SilenceError extends Error {}

/** The server ended the stream without an error, as it does after 60 s without a request. */
class StreamEndedError extends Error {}

/**
 * One Subscribe call: its responses in order, its credit, its watchdog. Made for one reader that calls
 * `next`, works, and then `committed`. After `cancel` nothing of the call is heard any more.
 */
export class FetchStream {
  readonly #call: SubscribeCall
  readonly #credit = new Credit()
  readonly #silenceMs: number
  readonly #isGathering: boolean
  readonly #queue: ReceivedResponse[] = []
  readonly #closed: Promise<void>
  #waitingEvents = 0
  #failure: Error | null = null
  #lastHeard = performance.now()
  #wake: () => void = () => {}

  constructor(call: SubscribeCall, { topic, start, silenceMs, gathers, stalls }: FetchStreamOptions) {
    this.#call = call
    this.#silenceMs = silenceMs
    this.#isGathering = gathers
    call.on("data", (response: FetchResponse) => {
      this.#lastHeard = performance.now()
      this.#credit.received(response)
      this.#waitingEvents += response.events.length
      this.#queue.push({ response, receivedAt: performance.now(), stalledMs: stalls.stalledMs() })
      this.#wake()
    })
    call.on("error", (error: Error) => this.#fail(error))
    call.on("end", () => this.#fail(new StreamEndedError("Salesforce ended the stream without an error")))
    this.#closed = new Promise((resolve) => call.on("status", () => resolve()))
    const first: FetchRequest = {
      topic_name: topic,
      replay_preset: start.preset,
      num_requested: maxOutstanding,
    }
    if (start.preset === "CUSTOM") first.replay_id = start.replayId
    call.write(first)
  }

  /**
   * The next response, joined with those that have come after it meanwhile. Throws what ended the stream once every
   * response before has been handed out, `SilenceError` when the watchdog strikes, and the signal's reason when it is
   * aborted.
   */
  async next(signal: AbortSignal): Promise<ReceivedResponse> {
    for (;;) {
      signal.throwIfAborted()
      if (this.#queue[0]?.response.events.length && this.#isGathering) await this.#gather(signal)
      const received = this.#queue.shift()
      if (received) return this.#joinWaiting(received)
      if (this.#failure) throw this.#failure
      const leftMs = this.#lastHeard + this.#silenceMs - performance.now()
      if (leftMs <= 0) {
        throw new SilenceError(
          `Salesforce sent nothing for ${Math.round(this.#silenceMs / 1000)} s, not even a keepalive`,
        )
      }
      await this.#awaken(leftMs, signal)
    }
  }

  /** The response last handed out is stored for good: asks for more events where it is time to. */
  committed({ response }: ReceivedResponse): void {
    this.#waitingEvents -= response.events.length
    const num_requested = this.#credit.next(this.#waitingEvents)
    if (num_requested > 0 && !this.#failure) this.#call.write({ num_requested })
  }

  /** Cancels the call and waits until the connection has dropped it. */
  async cancel(): Promise<void> {
    this.#fail(new Error("cancelled"))
    this.#queue.length = 0
    this.#call.cancel()
    await this.#closed
  }

  #fail(error: Error): void {
    // An error comes with an end, in either order: the error says more.
    if (this.#failure === null || this.#failure instanceof StreamEndedError) this.#failure = error
    this.#wake()
  }

  /** Waits until nothing has come for a moment, the server owes nothing any more, or the stream has ended. */
  async #gather(signal: AbortSignal): Promise<void> {
    const endsAt = performance.now() + gatherAtMostMs
    while (this.#failure === null && !signal.aborted && this.#queue.at(-1)?.response.pending_num_requested) {
      const leftMs = Math.min(this.#lastHeard + gatherMs, endsAt) - performance.now()
      if (leftMs <= 0) return
      await this.#awaken(leftMs, signal)
      // What came while this process stood still is read before its time counts as over.
      await setImmediate()
    }
  }

  /** One commit for all events that wait. Keepalives stay apart: what one proves is true of its own time only. */
  #joinWaiting(first: ReceivedResponse): ReceivedResponse {
    if (first.response.events.length === 0) return first
    let { response } = first
    for (;;) {
      const next = this.#queue[0]?.response
      if (!next || next.events.length === 0) return { ...first, response }
      response = { ...next, events: [...response.events, ...next.events] }
      this.#queue.shift()
    }
  }

  #awaken(withinMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, withinMs)
      signal.addEventListener("abort", done)
      this.#wake = done
      function done(): void {
        clearTimeout(timer)
        signal.removeEventListener("abort", done)
        resolve()
      }
    })
  }
}
