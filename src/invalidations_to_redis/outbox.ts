import type { Pool, QueryResultRow } from "pg"
import { sqlstateOf } from "../postgres/sqlstate.ts"
import type { Invalidation } from "./render.ts"

/** Rows of one object in one batch: each may list 5,000 records. */
const rowsAtMost = 100

/** Where a consumer stands in one object; null: everything of it must be cleared first, for `reason`. */
export interface Cursor {
  object: string
  seq: number | null
  reason: string | null
}

/** The database did not answer, or refused; nothing of the outbox is lost by that. */
export class OutboxUnavailable extends Error {
  override readonly name = "OutboxUnavailable"
  /** SQLSTATE, or a constant where the connection failed. */
  readonly code: string
  constructor(cause: Error) {
    super(`The invalidation outbox in Postgres: ${cause.message}`, { cause })
    this.code = sqlstateOf(cause) ?? "database_connection"
  }
}

/** The outbox in the database, as one consumer sees it (rule 12). Every method throws OutboxUnavailable. */
export class Outbox {
  readonly #pool: Pool
  readonly #consumer: string

  constructor(pool: Pool, consumer: string) {
    this.#pool = pool
    this.#consumer = consumer
  }

  /** Registers the consumer, or finds where it stopped. */
  async join(objects: readonly string[], cacheIdentity: string): Promise<Cursor[]> {
    return this.#query<Cursor>(
      "select * from sf_shadow.join_invalidations(of_consumer => $1, objects => $2, of_cache => $3)",
      [this.#consumer, objects, cacheIdentity],
    )
  }

  /** What is new after the cursors, in order for each object; `full` when there may be more. */
  async after(cursors: ReadonlyMap<string, number | null>): Promise<{ rows: Invalidation[]; full: boolean }> {
    const rows = await this.#query<Invalidation>(
      `select i.*, extract(epoch from clock_timestamp() - i.committed_at)::double precision as age_seconds
       from unnest($1::text[], $2::bigint[]) c (object, seq)
       cross join lateral public.sf_shadow_invalidations(of_object => c.object, after => c.seq, at_most => $3) i`,
      [[...cursors.keys()], [...cursors.values()], rowsAtMost],
    )
    const counts = new Map<string, number>()
    for (const { object } of rows) counts.set(object, (counts.get(object) ?? 0) + 1)
    return { rows, full: [...counts.values()].some((count) => count >= rowsAtMost) }
  }

  /**
   * Moves the cursors to what the cache has acknowledged, and says that the consumer lives.
   *
   * @throws OutboxUnavailable SF011 when it has to join again
   */
  async acknowledge(done: ReadonlyMap<string, number>): Promise<void> {
    await this.#query(
      "select sf_shadow.acknowledge_invalidations(of_consumer => $1, objects => $2, seqs => $3)",
      [this.#consumer, [...done.keys()], [...done.values()]],
    )
  }

  /** Shows operators why nothing goes on; the next acknowledgement takes it back. */
  async noteProblem(problem: string): Promise<void> {
    await this.#query(
      `update sf_shadow.invalidation_consumer set problem = $2, problem_since = coalesce(problem_since, now())
       where consumer = $1`,
      [this.#consumer, problem],
    )
  }

  async #query<T extends QueryResultRow>(sql: string, values: unknown[]): Promise<T[]> {
    try {
      return (await this.#pool.query<T>(sql, values)).rows
    } catch (error) {
      throw new OutboxUnavailable(error as Error)
    }
  }
}
