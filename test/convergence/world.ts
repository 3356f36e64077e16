import type pg from "pg"
import type { HistoryDatabase } from "./database.ts"
import type { Org } from "./model/org.ts"
import type { Random } from "./model/random.ts"

/** Bugs that live in what carries the bytes, not in the SQL: the driver makes them on demand. */
export interface DriverBugs {
  /** The margin M that the service is configured with, instead of its default. */
  marginMs?: number
  /** A re-read begins when its answer was made, as the Date header says. */
  readFromDateHeader?: boolean
  /** A bulk job's reads begin when it was complete. */
  readFromJobComplete?: boolean
}

/** One history under way: the org, the service's database, and the time. */
export class World {
  readonly org: Org
  readonly database: HistoryDatabase
  readonly bugs: DriverBugs
  /** Salesforce's clock, ms since the model's epoch. */
  now = 0
  /** No more faults come: what repeats itself is not worth saying. */
  isEnding = false
  /** Whether the database may have changed since the last observation. */
  isUnobserved = true
  /** How wrong the local clock is, and Salesforce's clock from one of its servers to another, ms. */
  readonly localErrorMs: number
  readonly serverErrorMs: number
  /** What happened, in words. */
  readonly trace: string[] = []

  constructor(
    org: Org,
    database: HistoryDatabase,
    bugs: DriverBugs,
    clocks: { localErrorMs: number; serverErrorMs: number },
  ) {
    this.org = org
    this.database = database
    this.bugs = bugs
    this.localErrorMs = clocks.localErrorMs
    this.serverErrorMs = clocks.serverErrorMs
  }

  say(text: string): void {
    this.trace.push(`${(this.now / 1000).toFixed(3).padStart(9)} s  ${text}`)
  }

  /** Not later than Salesforce's time, as the service's clock of the last answer's Date header tells. */
  earliest(random: Random): number {
    return this.now - random.between(1_000, 3_000)
  }

  /** Not earlier than Salesforce's time. */
  latest(random: Random): number {
    return this.now + random.between(0, 2_000)
  }

  /** When another of Salesforce's servers says it is now. */
  serverTime(random: Random): number {
    return this.now + random.between(-this.serverErrorMs, this.serverErrorMs)
  }

  /** Runs work in one transaction of the service; `killed`: its process dies before the commit. */
  transaction<T>(killed: boolean, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    this.isUnobserved = true
    return this.database.transaction(this.now + this.localErrorMs, killed, work)
  }

  /** Two transactions at once, as HistoryDatabase.race runs them. */
  race(
    first: (other: pg.PoolClient) => Promise<unknown>,
    second: (client: pg.PoolClient) => Promise<unknown>,
  ): Promise<string | null> {
    return this.database.race(this.now + this.localErrorMs, first, second)
  }
}
