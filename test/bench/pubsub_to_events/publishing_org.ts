import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

/** What the org's process tells its parent. */
export type FromOrg =
  | { ready: Record<string, string> }
  | { publishedSeconds: number }
  | { differences: number }

/** What it is asked to do: publish so many events, or compare itself with a shadow. */
export type ToOrg = { publish: number } | { compareWith: string }

/** The simulated org in a process of its own, which publishes on demand. */
export async function startPublishingOrg() {
  const child = fork(fileURLToPath(new URL("org_process.ts", import.meta.url)), {
    execArgv: ["--import", "tsx"],
  })
  const ended = once(child, "exit")
  const ask = async (question: ToOrg | null): Promise<FromOrg> => {
    if (question !== null) child.send(question)
    const failed = ended.then(([code]) => {
      throw new Error(`the simulated org ended with ${code}`)
    })
    const [answer] = (await Promise.race([once(child, "message"), failed])) as [FromOrg]
    return answer
  }
  const { ready: environment } = (await ask(null)) as { ready: Record<string, string> }
  return {
    environment,
    /** Publishes so many events as fast as it can; resolves with the seconds from the first to the last on the bus. */
    publish: async (events: number) =>
      ((await ask({ publish: events })) as { publishedSeconds: number }).publishedSeconds,
    /** Fields in which the shadow differs from the org now. */
    differences: async (databaseUrl: string) =>
      ((await ask({ compareWith: databaseUrl })) as { differences: number }).differences,
    async stop() {
      child.kill("SIGTERM")
      await ended.catch(() => {})
    },
  }
}
