import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after } from "node:test"
import { Cluster, Redis } from "ioredis"
import { freePort } from "./free_port.ts"

/** A redis-server process of its own, on a free port of this machine, without a configuration file. */
export interface RedisServer {
  url: string
  port: number
  child: ChildProcess
  /** A client for the test itself; closed with the file. */
  client: Redis
  /** Ends it at once, as a crash would; what `save` wrote stays. */
  kill(): Promise<void>
  /** Starts it again on its port and data. */
  start(): Promise<void>
  /** Stops and continues the process, connections open. */
  suspend(): void
  resume(): void
}

/** What `skip` of a test takes: a reason where redis-server is missing; in CI that is a failure, not a skip. */
export const withoutRedis: string | false = (() => {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" })
    return false
  } catch {
    if (process.env.CI === "true") return false
    return "redis-server is not installed (apt-get install redis-server)"
  }
})()

const cleanups: (() => Promise<unknown> | unknown)[] = []
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

/** Starts a server; it is ended, and its data removed, when the test file is done. */
export async function startRedis(options: readonly string[] = [], url?: string): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "sf-shadow-redis-"))
  // A Cluster's nodes talk to each other on the port 10,000 higher.
  const port = await freePort(55_000)
  const address = url?.replace("PORT", String(port)) ?? `redis://127.0.0.1:${port}`
  const client = new Redis(address, {
    lazyConnect: true,
    retryStrategy: () => 50,
    tls: address.startsWith("rediss:") ? { rejectUnauthorized: false } : undefined,
  })
  // It reconnects when the server is back.
  client.on("error", () => {})
  const server: RedisServer = {
    url: address,
    port,
    client,
    child: undefined as unknown as ChildProcess,
    async start() {
      const base = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
      server.child = spawn("redis-server", [...base, ...options], { stdio: ["ignore", "pipe", "inherit"] })
      await printed(server.child, /Ready to accept connections/)
      // A test that fails on its way must neither wait for its servers nor leave them behind.
      const { child } = server
      child.unref()
      ;(child.stdout as unknown as { unref(): void }).unref()
      process.once("exit", () => child.kill("SIGKILL"))
    },
    async kill() {
      if (server.child.exitCode !== null || server.child.signalCode !== null) return
      const ended = once(server.child, "exit")
      server.child.kill("SIGKILL")
      await ended
    },
    suspend: () => void server.child.kill("SIGSTOP"),
    resume: () => void server.child.kill("SIGCONT"),
  }
  cleanups.push(async () => {
    client.disconnect()
    await server.kill()
    await rm(folder, { recursive: true, force: true })
  })
  await server.start()
  await client.connect()
  return server
}

/** Three masters, the slots divided among them. */
export async function startRedisCluster(): Promise<{ servers: RedisServer[]; client: Cluster; url: string }> {
  const servers = []
  for (let n = 0; n < 3; n++) {
    servers.push(await startRedis(["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"]))
  }
  const first = servers[0] as RedisServer
  const nodes = servers.map(({ port }) => `127.0.0.1:${port}`)
  execFileSync("redis-cli", ["--cluster", "create", ...nodes, "--cluster-yes"], { stdio: "ignore" })
  for (const server of servers) {
    while (!/cluster_state:ok/.test((await server.client.cluster("INFO")) as string)) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const client = new Cluster([{ host: "127.0.0.1", port: first.port }])
  cleanups.push(() => client.disconnect())
  return { servers, client, url: first.url }
}

function printed(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = ""
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text
      if (pattern.test(output)) resolve()
    })
    child.once("error", reject)
    child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}\n${output}`)))
  })
}
