import type pg from "pg"
import type { QueryResultRow } from "pg"
import type { HistoryDatabase } from "./database.ts"
import type { Org } from "./model/org.ts"
import type { Random } from "./model/random.ts"
import type { Observation } from "./observation.ts"
import { Statements } from "./statements.ts"

/** The default margin of the service, and a publish delay that the model's org keeps within, ms. */
export const marginMs = 10_000
export const publishDelayMs = 10_000

/** Bugs that live in what carries the bytes, not in the SQL: the driver makes them on demand. */
export interface DriverBugs {
  /** The margin M that the service is configured with, instead of its default. */
  marginMs?: number
  /** A re-read begins when its answer was made, as the Date header says. */
  readFromDateHeader?: boolean
  /** A re-read by Id does not carry the filter of its object. */
  rereadsWithoutFilter?: boolean
}

/** One history under way: the org, the service's database, and the time. */
export class World {
  readonly org: Org
  readonly database: HistoryDatabase
  readonly bugs: DriverBugs
  /** Salesforce's clock, ms since the model's epoch. */
  now = 0
  /** Whether every transaction is followed by a look at what readers see; while all settles it is not. */
  isWatched = true
  /** What a reader saw after the last transaction; null before the first. */
  observation: Observation | null = null
  /** How wrong the local clock is, and Salesforce's clock from one of its servers to another, ms. */
  readonly localErrorMs: number
  readonly serverErrorMs: number
  /** Whether only the records of `filtered` that meet its condition are mirrored. */
  readonly isFiltered: boolean
  /** What happened, in words. */
  readonly trace: string[] = []

  constructor(
    org: Org,
    database: HistoryDatabase,
    bugs: DriverBugs,
    settings: { localErrorMs: number; serverErrorMs: number; isFiltered: boolean },
  ) {
    this.org = org
    this.database = database
    this.bugs = bugs
    this.localErrorMs = settings.localErrorMs
    this.serverErrorMs = settings.serverErrorMs
    this.isFiltered = settings.isFiltered
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

  /**
   * Runs statements in one transaction of the service, and looks at what is there then. `killed`: the service's
   * process dies before the commit. Returns the rows of the last statement.
   */
  async transaction<Row extends QueryResultRow>(
    killed: boolean,
    ...statements: readonly (readonly [text: string, values?: readonly unknown[]])[]
  ): Promise<Row[]> {
    const collected = new Statements()
    for (const [text, values] of statements) collected.add(text, values)
    return this.send<Row>(killed, collected)
  }

  /** The same for statements that were collected. */
  async send<Row extends QueryResultRow>(killed: boolean, statements: Statements): Promise<Row[]> {
    const localMs = this.now + this.localErrorMs
    const { rows, observation } = await this.database.transaction(
      localMs,
      killed,
      statements,
      this.isWatched ? this.#accounts() : null,
    )
    this.observation = observation
    return rows as Row[]
  }

  /** Two transactions at once, as HistoryDatabase.race runs them. */
  race(
    first: (other: pg.PoolClient) => Promise<unknown>,
    second: (client: pg.PoolClient) => Promise<unknown>,
  ): Promise<string | null> {
    return this.database.race(this.now + this.localErrorMs, first, second)
  }

  /** Looks at what is there. */
  async observe(): Promise<Observation> {
    const { observation } = await this.database.transaction(
      this.now,
      false,
      new Statements(),
      this.#accounts(),
    )
    return observation as Observation
  }

  #accounts(): string[] {
    return this.org.all("Account").map(({ id }) => id)
  }
}
