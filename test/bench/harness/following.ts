import { startBenchOrg } from "../org/bench_org.ts"
import type { Bench } from "./benchmark.ts"
import { say } from "./measure.ts"
import { backfill, startProgram } from "./programs.ts"
import { waitUntilFollowed } from "./streams.ts"

export type Following = Awaited<ReturnType<typeof startFollowing>>

/** An org that is loaded, and the service as shipped that follows it. */
export async function startFollowing(
  { database, started }: Bench,
  size: { products: number; pricebooks: number; accounts: number },
) {
  say("  an org is filled and loaded")
  const org = started.add(await startBenchOrg(size))
  const environment = { ...org.environment, DATABASE_URL: database.url, LOG_LEVEL: "warn" }
  await backfill([], environment)
  const service = started.add(startProgram(["run", "--only", "pubsub,worker"], environment))
  await service.whileRunning(waitUntilFollowed(database.pool))
  await database.pool.query("checkpoint")
  const pids = {
    org: org.pid,
    "sf-shadow": service.child.pid as number,
    Postgres: database.server.pid,
  }
  return { org, environment, service, pids }
}
