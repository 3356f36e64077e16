import type { Pool } from "pg"
import type { Log } from "../base/log.ts"
import type { SalesforceConfig } from "../base/salesforce_config.ts"
import { type Budget, createBudget } from "./budget.ts"
import { ClockKeeper } from "./clock_keeper.ts"
import { readLimits } from "./limits.ts"
import { claimOrganization } from "./organization.ts"
import { createSession, type Session } from "./session.ts"

/** A session of the database's own org, whose every answer feeds the API budget that its calls ask first. */
export interface BudgetedSession {
  session: Session
  budget: Budget
  /** Closes both; the pool must still be open. */
  close(): Promise<void>
}

/** Prepares a session and the budget of the database behind `pool` (rule 14). */
export function createBudgetedSession(config: SalesforceConfig, pool: Pool, log: Log): BudgetedSession {
  const budget = createBudget({ pool, log, readLimits: () => readLimits(session) })
  let instanceUrl: string | undefined
  const session = createSession(config, {
    async onLogin(credentials) {
      await claimOrganization(pool, credentials)
      if (instanceUrl !== undefined && instanceUrl !== credentials.instanceUrl) {
        const what = `the org has moved from ${instanceUrl} to ${credentials.instanceUrl}: calls and new streams go there`
        log.warn({ event: "org_moved", from: instanceUrl, to: credentials.instanceUrl }, what)
      }
      instanceUrl = credentials.instanceUrl
      // Before anything is done by it: jobs and ages of a database that has not met Salesforce yet.
      await keeper.store()
    },
    onAnswer: () => keeper.observe(),
    onLimit: (usage) => budget.observe(usage),
    onFailure: (error) => budget.observeFailure(error),
  })
  const keeper: ClockKeeper = new ClockKeeper({
    pool,
    log,
    clock: session.clock,
    ask: async () => budget.observeLimits(await readLimits(session)),
  })
  return {
    session,
    budget,
    async close() {
      await session.close()
      await keeper.close()
      await budget.close()
    },
  }
}
