import { type Running, startCommand } from "../../commands/process.ts"

/** A program of the project as a process of its own, to be ended by `stop`. */
export interface Program extends Running {
  /** Waits for what it is to bring about. @throws an Error with its output when it ends before that */
  whileRunning<T>(awaited: Promise<T>): Promise<T>
  /** Asks it to end (SIGTERM) and resolves when it has. */
  stop(): Promise<void>
}

/** Starts `sf-shadow ARGS`. */
export function startProgram(args: string[], environment: Record<string, string> = {}): Program {
  const running = startCommand(args, environment)
  return {
    ...running,
    whileRunning: (awaited) =>
      Promise.race([
        awaited,
        running.ended.then((code) => {
          throw new Error(
            `${args.join(" ")} ended with ${code}\n${running.output.stdout}${running.output.stderr}`,
          )
        }),
      ]),
    async stop() {
      running.child.kill("SIGTERM")
      await running.ended
    },
  }
}

/** Runs `sf-shadow backfill OBJECTS` to its end. @throws an Error with its output when it fails */
export async function backfill(objects: string[], environment: Record<string, string>): Promise<void> {
  const { ended, output } = startProgram(["backfill", ...objects], environment)
  if ((await ended) !== 0) throw new Error(`backfill failed\n${output.stdout}${output.stderr}`)
}
