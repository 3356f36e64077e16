import { fork } from "node:child_process"
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import type { Bench } from "../harness/benchmark.ts"
import { startBenchRedis } from "../harness/redis.ts"
import type { DestinationName } from "./destination.ts"

export type RivalAnswer = { followed: true } | { seen: [recordId: string, at: number][] }

/** A rival that follows the org. */
export interface Rival {
  pid: number
  /** Of its Redis. */
  redisPid: number
  /** Waits until so many events have been applied; records and the times of that, epoch ms, in order. */
  applied(events: number): Promise<[recordId: string, at: number][]>
  stop(): Promise<void>
}

/** Starts the subscriber with a destination and a Redis of its own; resolves when it follows all topics. */
export async function startRivalOf(
  { started }: Bench,
  { environment }: { environment: Record<string, string> },
  destination: DestinationName,
): Promise<Rival> {
  const redis = started.add(await startBenchRedis())
  const child = fork(fileURLToPath(new URL("process.ts", import.meta.url)), [destination], {
    execArgv: ["--import", "tsx"],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment, REDIS_URL: redis.url },
  })
  const ended = once(child, "exit")
  const answer = async <T extends RivalAnswer>(): Promise<T> => {
    const failed = ended.then(([code]) => {
      throw new Error(`the rival ${destination} ended with ${code}`)
    })
    const [told] = (await Promise.race([once(child, "message"), failed])) as [T]
    return told
  }
  const rival = started.add({
    pid: child.pid as number,
    redisPid: redis.pid,
    async applied(events: number) {
      child.send({ events })
      return (await answer<{ seen: [string, number][] }>()).seen
    },
    async stop() {
      child.kill("SIGTERM")
      await ended.catch(() => {})
      await redis.stop()
    },
  })
  await answer()
  return rival
}

/** A package with its installed version: "bullmq 6.7.0". */
export async function versionOf(name: string): Promise<string> {
  const entry = createRequire(import.meta.url).resolve(name)
  const folder = entry.slice(0, entry.indexOf(`/node_modules/${name}/`))
  const text = await readFile(`${folder}/node_modules/${name}/package.json`, "utf8")
  return `${name} ${(JSON.parse(text) as { version: string }).version}`
}
