/**
 * What the service costs while nothing happens: all its roles, streams open, schedules running. An hour at the full size;
 * a minute at the default one, which shows the cost but no slow growth.
 */
import { setTimeout as sleep } from "node:timers/promises"
import type { Benchmark } from "./harness/benchmark.ts"
import { type Figure, figure } from "./harness/figure.ts"
import { measured, say } from "./harness/measure.ts"
import { memoryOf } from "./harness/processes.ts"
import { backfill, startProgram } from "./harness/programs.ts"
import { startBenchRedis } from "./harness/redis.ts"
import { waitUntilFollowed } from "./harness/streams.ts"
import { startBenchOrg } from "./org/bench_org.ts"

export const idle: Benchmark = {
  name: "idle",
  async run({ size, database, started }): Promise<Figure[]> {
    const duration = size.pick({ small: 3, default: 60, full: 3_600 })
    const org = started.add(await startBenchOrg({ products: 1_000, pricebooks: 2, accounts: 1_000 }))
    const redis = started.add(await startBenchRedis())
    const environment = { ...org.environment, DATABASE_URL: database.url, LOG_LEVEL: "warn" }
    await backfill([], environment)
    const service = started.add(
      startProgram(["run"], { ...environment, REDIS_URL: redis.url, HTTP_PORT: "0" }),
    )
    await service.whileRunning(waitUntilFollowed(database.pool))
    // What the start has left behind is no part of it.
    await service.whileRunning(sleep(size.pick({ small: 1_000, default: 10_000, full: 60_000 })))

    say(`  idle for ${duration} s`)
    const pid = service.child.pid as number
    const before = await memoryOf(pid)
    const { spent, seconds } = await measured({ "sf-shadow": pid, Postgres: database.server.pid }, () =>
      service.whileRunning(sleep(duration * 1000)),
    )
    const after = await memoryOf(pid)
    await service.stop()
    const share = (name: string) => (100 * (spent[name] as number)) / seconds
    return [
      figure({
        name: `idle for ${duration} s, of a core`,
        unit: "%",
        ours: share("sf-shadow"),
        goal: { of: "ours", atMost: 1 },
        limit: `our process: heartbeats and polls; Postgres beside it: ${share("Postgres").toFixed(1)} %`,
      }),
      figure({
        name: "memory while idle",
        unit: "MB",
        ours: after.nowMB,
        goal: { of: "ours", atMost: 150 },
        limit: "our process, started from source",
      }),
      figure({
        name: "memory at its end",
        unit: "MB",
        ours: after.nowMB,
        against: "its beginning",
        theirs: before.nowMB,
        goal: { of: "ratio", atMost: 1.1 },
        limit: "our process",
      }),
    ]
  },
}
