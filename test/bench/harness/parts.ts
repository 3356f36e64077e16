import pino from "pino"
import { StartedParts } from "../../../src/base/started_parts.ts"

/** How to stop what is under way, the outermost first. */
const open: (() => Promise<void>)[] = []
const signals = ["SIGINT", "SIGTERM"] as const

/**
 * Does work with what it starts. What it adds to `started` is stopped in reverse order, whether it ends, fails or is ended
 * by Ctrl-C: no process and no folder stays behind.
 */
export async function withParts<T>(work: (started: StartedParts) => Promise<T>): Promise<T> {
  const started = new StartedParts(pino({ level: "error" }))
  // Work whose parts a signal stops fails, and stops them too: whoever comes second waits for the first.
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= started.stop()
    return stopping
  }
  if (open.push(stop) === 1) for (const signal of signals) process.once(signal, endAll)
  try {
    return await work(started)
  } finally {
    await stop()
    // What a signal has stopped has failed for no other reason: the end is endAll's.
    if (isEnding) await new Promise<never>(() => {})
    open.pop()
    if (open.length === 0) for (const signal of signals) process.off(signal, endAll)
  }
}

let isEnding = false
async function endAll(): Promise<void> {
  isEnding = true
  for (const stop of open.toReversed()) await stop()
  process.exit(130)
}
