import type { FetchResponse } from "./proto.ts"

/** The most events that may be asked for and not yet delivered (Pub/Sub API guide, "Pull subscription"). */
export const maxOutstanding = 100

/** After so long a request must have reached the server, whatever its answers say. */
const inFlightMs = 5_000

/**
 * How many events to ask for, from what the server says it still owes. Counting them here instead would
 * stall for good on the first miscount. One request is in flight at a time.
 */
export class Credit {
  #pending = 0
  #inFlight = maxOutstanding
  #sentAt = performance.now()

  /** Notes a response when it arrives, in order of arrival. */
  received(response: FetchResponse): void {
    // Without having seen our request the server owes exactly what it owed before, less these events.
    const sawRequest = response.pending_num_requested + response.events.length > this.#pending
    if (sawRequest || performance.now() - this.#sentAt > inFlightMs) this.#inFlight = 0
    this.#pending = response.pending_num_requested
  }

  /**
   * The next request's `num_requested`, or 0 for none yet: waits until half is used up, so that the server
   * always has work and small requests do not add up to a flood.
   *
   * @param waiting events that have arrived and are not yet committed
   */
  next(waiting: number): number {
    const wanted = maxOutstanding - this.#pending - waiting
    if (this.#inFlight > 0 || wanted < maxOutstanding / 2) return 0
    this.#inFlight = wanted
    this.#sentAt = performance.now()
    return wanted
  }
}
