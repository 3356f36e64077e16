import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { SeedSize } from "../../../src/simulator/org/seed.ts"

/** What the org's process is asked to do. */
export type Question =
  | { publish: number; of: "any" | "accounts" }
  | { perSecond: number; count: number }
  | { changeEntries: number }
  | { compareWith: string }

/** What it answers. */
export type Answer =
  | { ready: Record<string, string> }
  | { seconds: number }
  | { committed: [id: string, at: number][] }
  | { differences: string[] }
  | { done: true }

/** A simulated org in a process of its own, which changes on demand. See process.ts. */
export interface BenchOrg {
  pid: number
  /** The variables that reach it. */
  environment: Record<string, string>
  /** Publishes so many events as fast as it can; resolves with the seconds from the first to the last on the bus. */
  publish(events: number, of?: "any" | "accounts"): Promise<number>
  /** Changes so many records, each another one, at a steady rate; the times of the commits, epoch ms, by record. */
  pace(perSecond: number, count: number): Promise<Map<string, number>>
  /** Changes the first entries. */
  changeEntries(count: number): Promise<void>
  /** @throws an Error with the fields in which the shadow differs from the org now */
  assertEqual(databaseUrl: string): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts an org with a catalogue.
 *
 * @param networkShrunk it is as far away as the network `org` says, with all times so many times shorter; left out: as near as
 *   this machine, with bulk jobs that are complete at once
 */
export async function startBenchOrg(size: SeedSize, networkShrunk?: number): Promise<BenchOrg> {
  const child = fork(
    fileURLToPath(new URL("process.ts", import.meta.url)),
    [JSON.stringify(size), JSON.stringify(networkShrunk ?? null)],
    {
      // A bound and no demand: ten million accounts are a few gigabytes.
      execArgv: ["--import", "tsx", "--max-old-space-size=16000"],
    },
  )
  const ended = once(child, "exit")
  const answer = async <T extends Answer>(question?: Question): Promise<T> => {
    if (question !== undefined) child.send(question)
    const failed = ended.then(([code]) => {
      throw new Error(`the simulated org ended with ${code}`)
    })
    const [told] = (await Promise.race([once(child, "message"), failed])) as [T]
    return told
  }
  const { ready: environment } = await answer<{ ready: Record<string, string> }>()
  return {
    pid: child.pid as number,
    environment,
    publish: async (publish, of = "any") => (await answer<{ seconds: number }>({ publish, of })).seconds,
    pace: async (perSecond, count) =>
      new Map((await answer<{ committed: [string, number][] }>({ perSecond, count })).committed),
    changeEntries: async (count) => void (await answer({ changeEntries: count })),
    async assertEqual(compareWith) {
      const { differences } = await answer<{ differences: string[] }>({ compareWith })
      if (differences.length > 0)
        throw new Error(`the shadow differs from the org:\n${differences.join("\n")}`)
    },
    async stop() {
      child.kill("SIGTERM")
      await ended.catch(() => {})
    },
  }
}
