import type { Log } from "./log.ts"

/** Something that was started and can be stopped. */
export interface Part {
  stop(): Promise<void>
}

/** What has been started so far, to be stopped in the reverse order, whatever happens on the way. */
export class StartedParts {
  readonly #parts: Part[] = []
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  /** Takes over `part` and returns it. */
  add<T extends Part>(part: T): T {
    this.#parts.push(part)
    return part
  }

  /** Stops everything, last started first. A part that fails to stop is logged and does not keep the others. */
  async stop(): Promise<void> {
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) {
      try {
        await part.stop()
      } catch (err) {
        this.#log.error({ event: "stop_failed", err }, "a part of the program could not be stopped in order")
      }
    }
  }
}
