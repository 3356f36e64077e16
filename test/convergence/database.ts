import type pg from "pg"
import type { QueryResult, QueryResultRow } from "pg"
import { createTestDatabase } from "../harness/postgres.ts"
import { historyQuestion } from "../harness/versions.ts"
import { filtered } from "./model/filter.ts"
import { describeOf, objectNames, objects } from "./model/objects.ts"
import { type Observation, observedColumns, toObservation } from "./observation.ts"
import { Statements } from "./statements.ts"
import { installVirtualTime, toDate } from "./virtual_time.ts"

/** What a settled state consists of; the order is that of their foreign keys. */
const stateTables = [
  "sf_shadow.read",
  "sf_shadow.run",
  "sf_shadow.object_state",
  ...objectNames.map((name) => objects[name].table),
  ...objectNames.map((name) => `${objects[name].table}_history`),
]

/** A cloned database for histories, one after the other: real SQL, real commits, the model's clock. */
export class HistoryDatabase {
  readonly client: pg.PoolClient
  /** A second session, for two writers at once. */
  readonly other: pg.PoolClient
  readonly #saved = new Set<string>()
  #histories = 0
  #historyQuestion = ""
  #isClosed = false

  private constructor(client: pg.PoolClient, other: pg.PoolClient) {
    this.client = client
    this.other = other
  }

  static async open(): Promise<HistoryDatabase> {
    const { pool, beforeClose } = await createTestDatabase()
    const database = new HistoryDatabase(await pool.connect(), await pool.connect())
    // Before the pool ends, which would wait for both for ever.
    beforeClose(async () => database.close())
    await database.client.query("set client_min_messages = warning")
    await installVirtualTime(database.client)
    await database.client.query(`prepare observe (text[]) as ${observedColumns}`)
    await database.#describe()
    for (const name of objectNames)
      await database.client.query("select sf_shadow.keep_history($1, true)", [name])
    database.#historyQuestion = await historyQuestion(database.client)
    return database
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.client.release()
    this.other.release()
  }

  /** Takes everything back but the event log, whose streams are new in each history. Returns the history's number. */
  async reset(settings: {
    marginMs: number
    publishDelayMs: number
    deltaOverlapMs: number
    /** Between which bounds Salesforce's clock is said to be ahead. */
    aheadMs: readonly [atLeast: number, atMost: number]
    isFiltered: boolean
  }): Promise<number> {
    const { marginMs, publishDelayMs, deltaOverlapMs, aheadMs, isFiltered } = settings
    this.#histories += 1
    await this.client.query(`
      begin;
      ${objectNames
        .toReversed()
        .map((name) => `delete from ${objects[name].table}; delete from ${objects[name].table}_history;`)
        .join("\n")}
      delete from sf_shadow.stream_object; delete from sf_shadow.stream_cursor; delete from sf_shadow.stream;
      delete from sf_shadow.undecoded_event; delete from sf_shadow.tombstone; delete from sf_shadow.parent_deletion;
      delete from sf_shadow.dirty; delete from sf_shadow.reject; delete from sf_shadow.invalidation;
      delete from sf_shadow.run_page; delete from sf_shadow.run;
      delete from sf_shadow.object_state; insert into sf_shadow.object_state (object) select object from sf_shadow.object;
      delete from sf_shadow.read; delete from sf_shadow_worker._private_jobs;
      update sf_shadow.setting set margin = '${marginMs} ms', publish_delay = '${publishDelayMs} ms',
        delta_overlap = '${deltaOverlapMs} ms';
      update sf_shadow.salesforce_clock set ahead_at_least = '${aheadMs[0]} ms', ahead_at_most = '${aheadMs[1]} ms';
      update sf_shadow.object set filter = ${isFiltered ? `'${filtered.soql}'` : "null"},
        filter_fields = ${isFiltered ? `'{${filtered.field}}'` : "null"} where object = '${filtered.object}';
      commit;
    `)
    if (this.#histories % 100 === 0) await this.client.query("vacuum")
    return this.#histories
  }

  /** Keeps the present state under a name, for `restore`. It has to be one without events. */
  async save(name: string): Promise<void> {
    const copies = [...stateTables, "sf_shadow.stream", "sf_shadow.stream_cursor", "sf_shadow.stream_object"]
    await this.client.query(`
      create schema if not exists convergence;
      ${copies.map((table) => `create table ${saved(name, table)} as table ${table};`).join("\n")}
    `)
    this.#saved.add(name)
  }

  /** Puts the state of that name into the reset database, its streams under new ids; false where it was not kept. */
  async restore(name: string): Promise<boolean> {
    if (!this.#saved.has(name)) return false
    const stream = saved(name, "sf_shadow.stream")
    await this.client.query(`
      begin;
      delete from sf_shadow.object_state;
      ${stateTables
        .map((table) => `insert into ${table} overriding system value select * from ${saved(name, table)};`)
        .join("\n")}
      insert into sf_shadow.stream (topic, next_seq, replay_id, position_at, keepalive_at, keepalive_seq)
        select topic, next_seq, replay_id, position_at, keepalive_at, keepalive_seq from ${stream};
      insert into sf_shadow.stream_cursor (stream_id) select stream_id from sf_shadow.stream;
      insert into sf_shadow.stream_object (stream_id, object)
        select now_there.stream_id, carried.object from ${saved(name, "sf_shadow.stream_object")} carried
        join ${stream} was on was.stream_id = carried.stream_id
        join sf_shadow.stream now_there on now_there.topic = was.topic;
      commit;
    `)
    return true
  }

  /**
   * Runs statements in one transaction at a virtual local time; `killed`: the process dies before the commit.
   * Returns the rows of the last statement and, where that is wanted, what is seen afterwards, also of these accounts.
   */
  async transaction(
    localMs: number,
    killed: boolean,
    statements: Statements,
    observed: readonly string[] | null,
  ): Promise<{ rows: QueryResultRow[]; observation: Observation | null }> {
    const sent = [
      "begin",
      `set local convergence.now = '${toDate(localMs).toISOString()}'`,
      ...statements.texts,
      killed ? "rollback" : "commit",
      // Read only: a reader that finds something stale would ask for a refresh.
      ...(observed === null
        ? []
        : [
            "begin read only",
            `set local convergence.now = '${toDate(localMs).toISOString()}'`,
            `execute observe ('{${observed.join()}}')`,
            "commit",
          ]),
    ]
    try {
      const results = (await this.client.query(sent.join(";\n"))) as unknown as QueryResult[]
      return {
        rows: results[1 + statements.texts.length]?.rows ?? [],
        observation: observed === null ? null : toObservation(results.at(-2)?.rows ?? []),
      }
    } catch (error) {
      await this.client.query("rollback")
      throw error
    }
  }

  /**
   * Runs `first` in one session and, before its commit, `second` in another; commits the first when the second
   * waits for it or is done. Returns the SQLSTATE of the second's failure, or null.
   */
  async race(
    localMs: number,
    first: (other: pg.PoolClient) => Promise<unknown>,
    second: (client: pg.PoolClient) => Promise<unknown>,
  ): Promise<string | null> {
    const begin = `begin; set local convergence.now = '${toDate(localMs).toISOString()}'`
    await this.other.query(begin)
    await first(this.other)
    await this.client.query(begin)
    const { rows } = await this.client.query<{ pid: number }>("select pg_backend_pid() as pid")
    let isDone = false
    const outcome = second(this.client)
      .then(
        () => null,
        (error: { code?: string }) => error.code ?? String(error),
      )
      .finally(() => {
        isDone = true
      })
    while (!isDone && !(await this.#isBlocked(rows[0]?.pid))) {}
    await this.other.query("commit")
    const failure = await outcome
    await this.client.query(failure === null ? "commit" : "rollback")
    return failure
  }

  /** What is wrong in the versions of all objects, which are right after every transaction. */
  async historyFaults(): Promise<string[]> {
    const { rows } = await this.client.query<{ fault: string }>(this.#historyQuestion)
    return rows.map(({ fault }) => fault)
  }

  async #isBlocked(pid: number | undefined): Promise<boolean> {
    const { rows } = await this.other.query<{ blocked: boolean }>(
      "select cardinality(pg_blocking_pids($1)) > 0 as blocked",
      [pid],
    )
    return rows[0]?.blocked === true
  }

  async #describe(): Promise<void> {
    const statements = new Statements()
    for (const name of objectNames) {
      const object = objects[name]
      statements.add("select * from sf_shadow.describe_to_fields(of_object => $1, fields => $2)", [
        name,
        JSON.stringify(describeOf(object)),
      ])
      statements.add("select sf_shadow.schema_to_fields(of_object => $1, event_fields => $2)", [
        name,
        Object.keys(object.eventFields),
      ])
    }
    await this.transaction(0, false, statements, null)
  }
}

function saved(name: string, table: string): string {
  return `convergence.${name}_${table.replace(/^.*\./, "")}`
}
