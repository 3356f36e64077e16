import { setTimeout as sleep } from "node:timers/promises"
import type { Config } from "../base/config.ts"
import type { Log } from "../base/log.ts"
import { StartedParts } from "../base/started_parts.ts"
import type { InvalidationsToRedis } from "../invalidations_to_redis/index.ts"
import { registry } from "../metrics/index.ts"
import { showDatabase } from "../metrics/views.ts"
import { assertReachable, DatabaseAccessError } from "../postgres/fault.ts"
import { createPool } from "../postgres/pool.ts"
import { assertMigrated } from "../postgres/revision.ts"
import type { PubsubToEvents } from "../pubsub_to_events/index.ts"
import { type BudgetedSession, createBudgetedSession } from "../salesforce/budgeted_session.ts"
import { startHttp } from "../server/http.ts"
import { statusPage } from "../server/page/status_page.ts"
import { serviceProbes } from "../server/probes.ts"
import { healthRoutes } from "../server/routes/health.ts"
import { metricsRoutes } from "../server/routes/metrics.ts"
import { queueRoutes } from "../server/routes/queue.ts"
import type { Role } from "./roles.ts"

/** How long a stop waits for calls to Salesforce, ms. */
const patienceMs = 3_000

/** A running service. */
export interface Service {
  /** Where HTTP answers; undefined without the role http. */
  httpUrl?: string
  /** Stops the roles in the reverse order of their start, then closes what they shared. */
  stop(): Promise<void>
}

/**
 * Starts the roles on one pool and one Salesforce session. HTTP comes first, so that /readyz can say what the
 * others wait for. A database that is down is waited for; one that is not migrated is an error.
 *
 * @param signal gives up the start; what was started is stopped again
 * @throws NotMigratedError, an Error for a port in use or a database that refuses us
 */
export async function runService(
  config: Config,
  roles: readonly Role[],
  log: Log,
  signal: AbortSignal,
): Promise<Service> {
  // A load takes three: its driver's lock, the page that is merged, and the one that is read ahead. Beside as many
  // loads as there may be jobs, as many streams may be folded.
  const pool = createPool(config.databaseUrl, { max: 4 * config.workerConcurrency + 9 })
  pool.on("error", (err) =>
    log.warn({ event: "database_connection_lost", err }, "an idle connection was lost"),
  )
  const started = new StartedParts(log)
  started.add({ stop: () => pool.end() })
  const salesforce = createBudgetedSession(config.salesforce, pool, log)
  const { session, budget } = salesforce
  started.add({ stop: () => salesforce.close() })
  let pubsub: PubsubToEvents | undefined
  let redis: InvalidationsToRedis | undefined
  const orphans = async () => {
    if (pubsub === undefined) throw new Error("not started yet")
    return pubsub.orphans()
  }
  const follows = roles.includes("pubsub") && config.shadowEvents
  const clears = roles.includes("redis") ? config.redis : undefined
  try {
    let httpUrl: string | undefined
    if (roles.includes("http")) {
      const probes = serviceProbes({
        config,
        pool,
        session,
        ...(follows && { orphans }),
        ...(clears && { redisProblem: () => redis?.problem() }),
      })
      showDatabase(pool)
      const { databaseUrl } = config
      const page = statusPage({ databaseUrl, pool, probes, log })
      const routes = [healthRoutes(probes), metricsRoutes(registry), queueRoutes(pool, databaseUrl), page]
      const http = await startHttp({ ...config.http, log, routes })
      httpUrl = started.add(http).url
    }
    await waitForDatabase(config.databaseUrl, log, signal)
    await assertMigrated(pool)
    const parts = { config, pool, session, budget, log }
    // Imported by role: a process that only answers HTTP needs neither gRPC nor the worker in memory.
    if (roles.includes("worker")) {
      const { startWorker } = await import("../worker/index.ts")
      started.add(await startWorker(parts))
    }
    if (follows) {
      const { startPubsubToEvents } = await import("../pubsub_to_events/index.ts")
      pubsub = started.add(await startPubsubToEvents(parts))
    } else if (roles.includes("pubsub")) {
      log.info({ event: "pubsub_disabled" }, "ENABLE_SF_SHADOW_EVENTS is off: no change events are followed")
    }
    if (clears) {
      const { startInvalidationsToRedis } = await import("../invalidations_to_redis/index.ts")
      const { databaseUrl } = config
      redis = started.add(await startInvalidationsToRedis({ databaseUrl, redis: clears, pool, log }))
    }
    const running = roles.filter((role) => role !== "redis" || clears)
    log.info({ event: "service_started", roles: running }, `service started: ${running.join(", ")}`)
    return { httpUrl, stop: () => stopWithin(started, salesforce) }
  } catch (error) {
    await started.stop()
    throw error
  }
}

/** A call that Salesforce does not answer would be waited for as long as SF_HTTP_IDLE_S: it is ended, and repeated later. */
async function stopWithin(started: StartedParts, { session }: BudgetedSession): Promise<void> {
  const hurry = setTimeout(() => session.close(), patienceMs)
  await started.stop()
  clearTimeout(hurry)
}

/** Tries until the database answers, 0.5 to 15 s apart; a fault that waiting cannot mend is thrown at once. */
async function waitForDatabase(databaseUrl: string, log: Log, signal: AbortSignal): Promise<void> {
  for (let waitMs = 500; ; waitMs = Math.min(waitMs * 2, 15_000)) {
    try {
      return await assertReachable(databaseUrl)
    } catch (error) {
      if (!(error instanceof DatabaseAccessError) || !error.transient) throw error
      const jitteredMs = waitMs * (0.75 + Math.random() / 2)
      const again = `Trying again in ${(jitteredMs / 1000).toFixed(1)} s.`
      log.warn({ event: "database_unreachable" }, `${error.message} ${again}`)
      await sleep(jitteredMs, undefined, { signal })
    }
  }
}
