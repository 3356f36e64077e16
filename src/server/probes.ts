import type { Pool } from "pg"
import type { Config } from "../base/config.ts"
import { describeDatabaseFault } from "../postgres/fault.ts"
import { assertMigrated } from "../postgres/revision.ts"
import type { Session } from "../salesforce/session.ts"
import type { Probe } from "./readiness.ts"

/** How long a failed login is shown before it is tried again: readiness must not use up logins. */
const failedLoginShownMs = 30_000

/**
 * The checks of a service process.
 *
 * @param orphans the topics that no process follows; undefined where this process should not hold the streams
 * @param redisProblem why nothing reaches Redis; undefined where this process does not clear caches
 */
export function serviceProbes(given: {
  config: Config
  pool: Pool
  session: Session
  orphans?: () => Promise<string[]>
  redisProblem?: () => string | undefined
}): Probe[] {
  const { config, pool, session, orphans, redisProblem } = given
  const database: Probe = {
    name: "database",
    required: true,
    async ask() {
      try {
        await pool.query("select 1")
        return "reachable"
      } catch (error) {
        throw new Error(describeDatabaseFault(config.databaseUrl, error).message, { cause: error })
      }
    },
  }
  const schema: Probe = {
    name: "schema",
    required: true,
    async ask() {
      await assertMigrated(pool)
      return "as this version needs it"
    },
  }
  return [
    database,
    schema,
    ...(orphans ? [streamProbe(orphans)] : []),
    salesforceProbe(session),
    ...(redisProblem ? [redisProbe(redisProblem)] : []),
  ]
}

/** Redis being down is shown and is no reason to take the process away: the outbox waits. */
function redisProbe(problem: () => string | undefined): Probe {
  return {
    name: "redis",
    required: false,
    async ask() {
      const message = problem()
      if (message !== undefined) throw new Error(message)
      return "no invalidation is held up here"
    },
  }
}

/** Every stream has a leader somewhere, in this process or in another one. */
function streamProbe(orphans: () => Promise<string[]>): Probe {
  return {
    name: "stream",
    required: true,
    async ask() {
      const topics = await orphans()
      if (topics.length > 0) throw new Error(`no process follows ${topics.join(", ")}`)
      return "followed"
    },
  }
}

function salesforceProbe(session: Session): Probe {
  let failure: { at: number; error: Error } | undefined
  return {
    name: "salesforce",
    required: false,
    async ask() {
      if (failure !== undefined && Date.now() - failure.at < failedLoginShownMs) throw failure.error
      try {
        const { instanceUrl } = await session.credentials()
        failure = undefined
        return `logged in to ${instanceUrl}`
      } catch (error) {
        failure = { at: Date.now(), error: error as Error }
        throw error
      }
    },
  }
}
