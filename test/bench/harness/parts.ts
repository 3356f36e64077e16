import pino from "pino"
import { StartedParts } from "../../../src/base/started_parts.ts"

/**
 * Runs benchmarks. What `work` adds to `started` is stopped in reverse order, whether it ends, fails or is ended by
 * Ctrl-C: no process and no folder stays behind.
 */
export async function withParts<T>(work: (started: StartedParts) => Promise<T>): Promise<T> {
  const started = new StartedParts(pino({ level: "error" }))
  const end = () => void started.stop().then(() => process.exit(130))
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end)
  try {
    return await work(started)
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, end)
    await started.stop()
  }
}
