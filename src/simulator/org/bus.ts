import type { ChangeEvent } from "./change_event.ts"

type Listener = (event: ChangeEvent) => void

interface Batch {
  publishAt: number
  events: readonly ChangeEvent[]
  /** Called once the events are on the bus, with the time of that. */
  published: (at: number) => void
}

/**
 * The way from a commit to the event bus: each transaction's events arrive after a delay of their own, in
 * the order of the commits all the same.
 */
export class Bus {
  readonly #now: () => number
  readonly #listeners = new Set<Listener>()
  readonly #waiting: Batch[] = []
  #timer: NodeJS.Timeout | undefined
  #latest = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** Publishes a transaction's events at `publishAt`, or later where an earlier commit is still waiting. */
  publish(publishAt: number, events: readonly ChangeEvent[], published: (at: number) => void): void {
    this.#latest = Math.max(this.#latest, publishAt)
    this.#waiting.push({ publishAt: this.#latest, events, published })
    this.#schedule()
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Drops what was not published yet. */
  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#waiting.length = 0
    this.#listeners.clear()
  }

  #schedule(): void {
    const first = this.#waiting[0]
    if (first === undefined || this.#timer !== undefined) return
    this.#timer = setTimeout(() => this.#deliver(), Math.max(0, first.publishAt - this.#now()))
  }

  #deliver(): void {
    this.#timer = undefined
    const now = this.#now()
    for (
      let batch = this.#waiting[0];
      batch !== undefined && batch.publishAt <= now;
      batch = this.#waiting[0]
    ) {
      this.#waiting.shift()
      for (const event of batch.events) {
        for (const listener of this.#listeners) listener(event)
      }
      batch.published(now)
    }
    this.#schedule()
  }
}
