import type { ServerResponse } from "node:http"

/**
 * Server-sent events to one browser. Of each event name only the latest is kept for a browser that reads more slowly
 * than we write: a status replaces the one before it, and a sleeping laptop must not fill the memory of the service.
 */
export class EventStream {
  readonly #response: ServerResponse
  readonly #waiting = new Map<string, string>()

  /** Sends the head of the answer. After a lost connection the browser comes back in 2 s. */
  constructor(response: ServerResponse) {
    this.#response = response
    response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      // For nginx, which would collect the events otherwise.
      "x-accel-buffering": "no",
    })
    response.write("retry: 2000\n\n")
    response.on("drain", () => this.#flush())
  }

  /** Sends `data`, a JSON text in one line, now or when the browser has read what was sent before. */
  send(event: string, data: string): void {
    this.#waiting.set(event, data)
    this.#flush()
  }

  end(): void {
    this.#response.end()
  }

  #flush(): void {
    for (const [event, data] of this.#waiting) {
      if (this.#response.writableNeedDrain || this.#response.writableEnded) return
      this.#waiting.delete(event)
      this.#response.write(`event: ${event}\ndata: ${data}\n\n`)
    }
  }
}
