import assert from "node:assert/strict"
import type { TestContext } from "node:test"
import { type Running, startCommand } from "../commands/process.ts"

/** A service process, as shipped. */
export interface Service extends Running {
  /** Lines of its log with this event, parsed, oldest first. */
  logged(event: string): LogLine[]
  /** Ends it by SIGTERM, and fails unless it ends in order. */
  stop(): Promise<void>
  /** Ends it by SIGKILL, as a crash would. */
  kill(): Promise<void>
}

export type LogLine = { event: string; level: string; msg: string; [key: string]: unknown }

/**
 * Starts `sf-shadow run ARGS` and waits until it says that it has started. It is killed with the test at the latest.
 *
 * @param program the folder of another version of the program; default: the one that is tested
 */
export async function startService(
  t: TestContext,
  environment: Record<string, string>,
  args: string[] = [],
  program?: string,
): Promise<Service> {
  const service = launchService(t, environment, args, program)
  await service.printed(/"event":"service_started"/, "stderr")
  return service
}

/** The same without waiting: for a service that cannot start yet. */
export function launchService(
  t: TestContext,
  environment: Record<string, string>,
  args: string[] = [],
  program?: string,
): Service {
  const running = startCommand(["run", ...args], environment, program)
  const { child, ended, output } = running
  t.after(async () => {
    child.kill("SIGKILL")
    await ended
  })
  return {
    ...running,
    logged: (event) => logLines(output.stderr).filter((line) => line.event === event),
    async stop() {
      child.kill("SIGTERM")
      assert.equal(await ended, 0, output.stderr.slice(-2000))
    },
    async kill() {
      child.kill("SIGKILL")
      await ended
    },
  }
}

/** The JSON lines of a log. */
export function logLines(stderr: string): LogLine[] {
  return stderr
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line) as LogLine)
}
