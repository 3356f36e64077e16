import pino from "pino"
import { StartedParts } from "../../../src/base/started_parts.ts"

/**
 * Runs a benchmark. What it adds to `started` is stopped in reverse order, whether it ends, fails or is ended by
 * Ctrl-C: no process and no folder stays behind.
 */
export async function bench(work: (started: StartedParts) => Promise<void>): Promise<void> {
  const started = new StartedParts(pino({ level: "error" }))
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => started.stop().then(() => process.exit(130)))
  }
  try {
    await work(started)
  } finally {
    await started.stop()
  }
}
