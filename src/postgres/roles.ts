import { setTimeout as sleep } from "node:timers/promises"
import type { PoolClient } from "pg"
import type { Log } from "../base/log.ts"
import { sqlstate, sqlstateOf } from "./sqlstate.ts"

/** The group roles that people and other services are granted. */
export const groupRoles = ["sf_shadow_reader", "sf_shadow_operator"] as const

/**
 * Creates the group roles where they are missing. Roles belong to the cluster: two databases
 * migrated at once may collide, which is tried again; a user without CREATEROLE is told what to have run.
 */
export async function createRoles(client: PoolClient, log: Log): Promise<void> {
  for (const role of groupRoles) {
    for (let attempt = 1; ; attempt++) {
      const { rows } = await client.query("select from pg_roles where rolname = $1", [role])
      if (rows.length > 0) break
      try {
        await client.query(`create role ${role} nologin`)
      } catch (error) {
        const code = sqlstateOf(error)
        if (code === sqlstate.insufficientPrivilege) {
          log.warn(
            { event: "role_missing", role },
            `role ${role} is missing and this user is not allowed to create it; an administrator runs: create role ${role} nologin; then run migrate again for its grants`,
          )
          break
        }
        const collided = code === sqlstate.duplicateObject || code === sqlstate.uniqueViolation
        if (!collided || attempt === 5) throw error
        await sleep(20 * attempt)
      }
    }
  }
}
