import type { Pool } from "pg"
import type { Config } from "./base/config.ts"
import type { Log } from "./base/log.ts"
import type { Budget } from "./salesforce/budget.ts"
import type { Session } from "./salesforce/session.ts"

/** What every edge works with: one of each per process. */
export interface Connections {
  config: Config
  pool: Pool
  session: Session
  /** Asked before calls that can wait (rule 14). */
  budget: Budget
  log: Log
}
