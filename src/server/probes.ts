import type { Pool } from "pg"
import type { Config } from "../config.ts"
import { describeDatabaseFault } from "../postgres/fault.ts"
import { assertMigrated } from "../postgres/migrate.ts"
import type { Session } from "../salesforce/session.ts"
import type { Probe } from "./readiness.ts"

/** How long a failed login is shown before it is tried again: readiness must not use up logins. */
const failedLoginShownMs = 30_000

/**
 * The checks of a service process (design, section 9).
 *
 * @param follows whether this process should hold the streams: only then does a stream without a leader count
 */
export function serviceProbes(given: {
  config: Config
  pool: Pool
  session: Session
  follows: boolean
}): Probe[] {
  const { config, pool, session, follows } = given
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
  return [database, schema, ...(follows ? [streamProbe(pool)] : []), salesforceProbe(session)]
}

/** Every stream has a leader somewhere, in this process or in another one. */
function streamProbe(pool: Pool): Probe {
  return {
    name: "stream",
    required: true,
    async ask() {
      const { rows } = await pool.query<{ topic: string; led: boolean }>(
        "select topic, led from sf_shadow.stream_leader()",
      )
      const orphans = rows.filter(({ led }) => !led).map(({ topic }) => topic)
      if (orphans.length > 0) throw new Error(`no process follows ${orphans.join(", ")}`)
      return rows.length === 0 ? "no stream yet" : `${rows.length} followed`
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
