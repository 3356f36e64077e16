// How long is a key still there after the commit in Postgres that invalidates it? 500 changes a second, each its own
// transaction, against a Redis with 1,000,000 other keys, while pattern passes run beside them. Target: p99 < 50 ms.
// node --import tsx test/bench/invalidations_to_redis.ts [seconds]
import { spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { Redis } from "ioredis"
import { waitFor } from "../harness/wait.ts"
import { startBenchDatabase } from "./harness/database.ts"
import { printTable, say, whole } from "./harness/measure.ts"
import { startProgram } from "./harness/programs.ts"

const perSecond = 500
const seconds = Number(process.argv[2] ?? 20)
const otherKeys = 1_000_000
const port = 26_379

const folder = await mkdtemp(join(tmpdir(), "sf-shadow-bench-redis-"))
const server = spawn("redis-server", [
  "--port",
  String(port),
  "--bind",
  "127.0.0.1",
  "--dir",
  folder,
  "--save",
  "",
  // The keyspace event of a deletion is Redis's own word for when a key is gone.
  "--notify-keyspace-events",
  "Eg",
])
// A run that fails must not leave a server behind that the next one would measure.
process.once("exit", () => server.kill("SIGKILL"))
server.once("exit", (code) => {
  if (code) throw new Error(`redis-server ended with ${code}: is port ${port} in use?`)
})
const url = `redis://127.0.0.1:${port}`
const redis = new Redis(url, { retryStrategy: () => 50 })
redis.on("error", () => {})
const database = await startBenchDatabase()
database.pool.on("error", () => {})

say(`${whole(otherKeys)} other keys`)
for (let from = 0; from < otherKeys; from += 10_000) {
  await redis.mset(Array.from({ length: 20_000 }, (_, n) => (n % 2 ? "x" : `session:${from + n / 2}`)))
}

const service = startProgram(["run", "--only", "redis"], {
  DATABASE_URL: database.url,
  REDIS_URL: url,
  SF_CLIENT_ID: "unused",
  SF_CLIENT_SECRET: "unused",
})
await service.printed(/"event":"service_started"/, "stderr")
await waitFor("the new consumer has cleared its families", 60_000, async () => {
  const { rows } = await database.pool.query(
    "select count(*) filter (where seq is not null) as ready from sf_shadow.invalidation_consumer",
  )
  return Number(rows[0].ready) === 3
})

const goneAt = new Map<string, number>()
const events = redis.duplicate()
events.on("message", (_channel, key: string) => goneAt.set(key, performance.now()))
await events.subscribe("__keyevent@0__:del")

// The floor in the same run: a plain client that only hears the notification.
const heardAt = new Map<string, number>()
const listener = await database.pool.connect()
listener.on("notification", ({ payload }) => {
  const { ids } = JSON.parse(payload as string) as { ids: string[] }
  heardAt.set(`catalog:product:${ids[0]}`, performance.now())
})
await listener.query("listen sf_shadow_changed")

const count = perSecond * seconds
const committedAt = new Map<string, number>()
const commits: Promise<void>[] = []
const change = async (n: number) => {
  await database.pool.query("select sf_shadow._append_invalidation('Product2', array[$1], null, array[$2])", [
    `P${n}`,
    `S${n}`,
  ])
  committedAt.set(`catalog:product:P${n}`, performance.now())
}
say(`${whole(count)} changes, ${perSecond} a second`)
for (let from = 0; from < count; from += 10_000) {
  const chunk = Array.from({ length: Math.min(10_000, count - from) }, (_, n) => from + n)
  await redis.mset(chunk.flatMap((n) => [`catalog:product:P${n}`, "x"]))
}
const startedAt = performance.now()
for (let n = 0; n < count; n++) {
  const dueAt = startedAt + (n * 1000) / perSecond
  await sleep(Math.max(0, dueAt - performance.now()))
  commits.push(change(n))
}
await Promise.all(commits)
const took = (performance.now() - startedAt) / 1000
await waitFor("every key is gone", 60_000, () => goneAt.size >= count)

/** Milliseconds from each commit, as its client saw it, to what is in `until`. */
function quantiles(until: ReadonlyMap<string, number>): (q: number) => string {
  const latencies = [...committedAt]
    .map(([key, at]) => Math.max(0, (until.get(key) as number) - at))
    .sort((a, b) => a - b)
  return (q) => `${(latencies[Math.floor(q * (latencies.length - 1))] as number).toFixed(1)} ms`
}
const gone = quantiles(goneAt)
const heard = quantiles(heardAt)
printTable([
  ["changes", `${whole(count)} at ${whole(count / took)}/s, each its own transaction`],
  ["other keys in Redis", whole(otherKeys)],
  ["commit to key gone, p50", gone(0.5)],
  ["commit to key gone, p99", `${gone(0.99)} (target: under 50 ms)`],
  ["floor: commit to notification heard, p50 and p99", `${heard(0.5)} and ${heard(0.99)}`],
  ["load average of this machine", loadavg()[0]?.toFixed(1) ?? ""],
  ["commit to key gone, longest", gone(1)],
])

await service.stop()
listener.release(true)
redis.disconnect()
events.disconnect()
await database.stop()
server.kill("SIGKILL")
await rm(folder, { recursive: true, force: true })
