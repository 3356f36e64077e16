import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { freePort } from "../../harness/free_port.ts"

/** A redis-server of our own on a free port, which keeps nothing on disk. */
export interface BenchRedis {
  url: string
  pid: number
  stop(): Promise<void>
}

/** @param options of redis-server */
export async function startBenchRedis(options: readonly string[] = []): Promise<BenchRedis> {
  const folder = await mkdtemp(join(tmpdir(), "sf-shadow-bench-redis-"))
  const port = await freePort()
  const fixed = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
  const child = spawn("redis-server", [...fixed, ...options], { stdio: ["ignore", "pipe", "inherit"] })
  // A benchmark that fails must not leave a server behind that the next one would measure.
  const kill = () => void child.kill("SIGKILL")
  process.once("exit", kill)
  const ended = once(child, "close")
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes("Ready to accept connections")) break
  }
  child.stdout.resume()
  if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`)
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid as number,
    async stop() {
      kill()
      await ended
      process.off("exit", kill)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
