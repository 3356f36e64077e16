import type { Task } from "graphile-worker"
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

/** What a file in tasks/ exports: given the process's parts, the task. The file's name is the job's. */
export type TaskFactory = (connections: Connections) => Task
