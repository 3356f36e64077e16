import { transaction } from "../../src/postgres/transaction.ts"
import { createTestDatabase } from "./postgres.ts"
import { at, describes, type ObjectName, type SalesforceRecord, type TestEvent } from "./records.ts"

/** Records that a merge counted. */
export interface MergeCounts {
  inserted: number
  updated: number
  deleted: number
  unchanged: number
  ignored: number
  dirty: number
  rejected: number
  /** Differences that a comparison with Salesforce found and mended. */
  drift: number
}

/** What a row of any shadow table holds for these tests. */
export type ShadowRow = { raw_payload: Record<string, unknown>; synced_at: Date; updated_at: Date } & Record<
  string,
  unknown
>

export interface Folded {
  object: string
  change_type: string
  result: string
  events: number
  consumed: number
  commit_timestamps: Date[] | null
}

/** A stream, and the epoch of its leader. */
export interface LedStream {
  streamId: number
  epoch: string
}

export interface ReadOptions {
  /** Seconds after `at(0)`. */
  from: number
  to?: number
  missing?: string[]
  hasMarks?: boolean
  forced?: boolean
}

const ownTopic = "/data/ChangeEvents"

const tables: Record<ObjectName, { table: string; key: string }> = {
  Product2: { table: "sf_product_shadow", key: "product_id" },
  PricebookEntry: { table: "sf_pricebook_shadow", key: "pricebook_entry_id" },
  Account: { table: "sf_account_eligibility_shadow", key: "account_id" },
}

type Pool = Awaited<ReturnType<typeof createTestDatabase>>["pool"]
type Queries = Pick<Pool, "query">

let shared: Shadow | undefined

/** What a test leaves behind, in an order that foreign keys allow. The log's days leave as they do in operation. */
const reset = `
  set local lock_timeout = '5s';
  do $$
  declare
    partition regclass;
  begin
    for partition in select inhrelid from pg_inherits where inhparent = 'public.sf_shadow_event'::regclass loop
      execute format('drop table %s', partition);
    end loop;
  end
  $$;
  delete from public.sf_pricebook_shadow;
  delete from public.sf_product_shadow;
  delete from public.sf_account_eligibility_shadow;
  delete from sf_shadow.object_state;
  delete from sf_shadow.run;
  delete from sf_shadow.read;
  delete from sf_shadow.tombstone;
  delete from sf_shadow.parent_deletion;
  delete from sf_shadow.dirty;
  delete from sf_shadow.reject;
  delete from sf_shadow.refresh_request;
  delete from sf_shadow.verification;
  delete from sf_shadow.invalidation;
  delete from sf_shadow.invalidation_consumer;
  delete from sf_shadow.undecoded_event;
  delete from sf_shadow.stream_object;
  delete from sf_shadow.stream_cursor;
  delete from sf_shadow.stream;
  delete from sf_shadow_worker._private_jobs;
  update sf_shadow.salesforce_clock set ahead_at_least = '0', ahead_at_most = '0', measured_at = null;
  insert into sf_shadow.object_state (object) select object from sf_shadow.object`

/** A migrated database, its objects described, with one stream that carries all of them and nothing loaded. */
export class Shadow {
  readonly pool: Pool
  readonly url: string
  streamId = 0
  epoch = ""

  private constructor({ pool, url }: { pool: Pool; url: string }) {
    this.pool = pool
    this.url = url
  }

  /** The one database of the test file, emptied: cheaper than a clone for each test. */
  static async open(): Promise<Shadow> {
    if (shared === undefined) {
      shared = await Shadow.openAnother()
    } else {
      await transaction(shared.pool, (client) => client.query(reset))
      await shared.start()
    }
    return shared
  }

  /** A database of its own, for a test that changes the mapping or the schema. */
  static async openAnother(): Promise<Shadow> {
    const shadow = new Shadow(await createTestDatabase())
    for (const [object, fields] of Object.entries(describes)) await shadow.describe(object, fields)
    await shadow.start()
    return shadow
  }

  /** Hands the describe of an object to SQL; returns what it has found. */
  describe(object: string, fields: object[]) {
    return this.all<{ finding: string; field: string; column_name: string | null }>(
      "select * from sf_shadow.describe_to_fields($1, $2)",
      object,
      JSON.stringify(fields),
    )
  }

  private async start(): Promise<void> {
    this.use(await this.openStream(ownTopic, ["Product2", "PricebookEntry", "Account"]))
  }

  /** Takes the stream over, as a new leader does. */
  async lead(): Promise<void> {
    this.use(await this.leadStream(ownTopic))
  }

  /** Makes a stream that carries these objects, and leads it. */
  async openStream(topic: string, objects: string[]): Promise<LedStream> {
    await this.all("select sf_shadow.ensure_stream($1, $2)", topic, objects)
    return this.leadStream(topic)
  }

  /** Publishes and folds on this stream from now on. Returns the one before. */
  use({ streamId, epoch }: LedStream): LedStream {
    const before = { streamId: this.streamId, epoch: this.epoch }
    Object.assign(this, { streamId, epoch })
    return before
  }

  private async leadStream(topic: string): Promise<LedStream> {
    const [lead] = await this.all<LedStream>(
      'select stream_id as "streamId", epoch from sf_shadow.lead_stream($1)',
      topic,
    )
    return lead as LedStream
  }

  /** Merges full records, as a re-read or a page does. */
  read(object: ObjectName, records: SalesforceRecord[], options: ReadOptions): Promise<MergeCounts> {
    return transaction(this.pool, async (client) => {
      await this.openPage(object, records, client)
      const { rows } = await client.query<MergeCounts>(
        "select * from sf_shadow.merge_records($1, $2, $3, $4, $5)",
        [
          object,
          await this.readId(object, options, client),
          options.hasMarks ?? false,
          options.missing ?? [],
          options.forced ?? false,
        ],
      )
      return rows[0] as MergeCounts
    })
  }

  async readId(object: ObjectName, { from, to }: ReadOptions, queries: Queries = this.pool): Promise<number> {
    const { rows } = await queries.query<{ read_id: number }>(
      `insert into sf_shadow.read (object, read_from, read_to, filter)
       select o.object, $2, $3, o.filter from sf_shadow.object o where o.object = $1 returning read_id`,
      [object, at(from), at(to ?? from + 1)],
    )
    return (rows[0] as { read_id: number }).read_id
  }

  async openPage(object: ObjectName, records: object[], queries: Queries): Promise<void> {
    await queries.query("select sf_shadow.json_to_page(sf_shadow.load_fields($1), $2::jsonb)", [
      object,
      JSON.stringify(records),
    ])
  }

  /** Appends events to the log as one response of the bus; returns the last sequence number. */
  publish(...events: TestEvent[]): Promise<number> {
    return this.append(events, false)
  }

  /** The same of a response after which the server owed no more: its last transaction may go on. */
  publishPart(...events: TestEvent[]): Promise<number> {
    return this.append(events, true)
  }

  private async append(events: TestEvent[], mayGoOn: boolean): Promise<number> {
    const [row] = await this.all<{ seq: number }>(
      "select sf_shadow.pubsub_to_events($1, $2, $3, $4::jsonb, may_go_on => $5) as seq",
      this.streamId,
      this.epoch,
      Buffer.from(events.at(-1)?.replay_id ?? "00", "hex"),
      JSON.stringify(events),
      mayGoOn,
    )
    return (row as { seq: number }).seq
  }

  /** Folds the next batch. */
  fold(batchSize = 100_000): Promise<Folded[]> {
    return this.all<Folded>("select * from sf_shadow.events_to_shadow($1, $2)", this.streamId, batchSize)
  }

  /** Publishes and folds in one batch. */
  async apply(...events: TestEvent[]): Promise<Folded[]> {
    await this.publish(...events)
    return this.fold()
  }

  async row(object: ObjectName, id: string): Promise<ShadowRow | undefined> {
    const { table, key } = tables[object]
    const [row] = await this.all<ShadowRow>(`select * from ${table} where ${key} = $1`, id)
    return row
  }

  /** Ids in the shadow, in order. */
  async ids(object: ObjectName): Promise<string[]> {
    const { table, key } = tables[object]
    return (await this.all<{ id: string }>(`select ${key} as id from ${table} order by ${key}`)).map(
      ({ id }) => id,
    )
  }

  tombstones(object: ObjectName) {
    return this.all<{
      record_id: string
      proven: boolean
      weak: boolean
      parent_id: string | null
      read_id: number | null
      commit_timestamp: Date | null
    }>("select * from sf_shadow.tombstone where object = $1 order by record_id", object)
  }

  dirty(object: ObjectName) {
    return this.all<{ record_id: string; reason: string; since: Date; not_before: Date; generation: number }>(
      "select * from sf_shadow.dirty where object = $1 order by record_id",
      object,
    )
  }

  async dirtyIds(object: ObjectName): Promise<string[]> {
    return (await this.dirty(object)).map(({ record_id }) => record_id)
  }

  /** Forgets the marks, as after a re-read. */
  async clearMarks(object: ObjectName): Promise<void> {
    await this.pool.query("delete from sf_shadow.dirty where object = $1", [object])
  }

  rejects(object: ObjectName) {
    return this.all<{
      record_id: string
      sqlstate: string
      reason: string
      attempts: number
      payload: Buffer
    }>("select * from sf_shadow.reject where object = $1 order by record_id", object)
  }

  invalidations(object: ObjectName) {
    return this.all<{
      seq: number
      record_ids: string[] | null
      parent_ids: string[] | null
      unique_values: string[] | null
    }>("select * from sf_shadow.invalidation where object = $1 order by seq", object)
  }

  async state(object: ObjectName) {
    const [state] = await this.all<{
      row_count: number
      hole_from: Date | null
      hole_to: Date | null
      hole_reason: string | null
      degraded: string | null
      proof_read_id: number | null
      delta_from: Date | null
      oldest_updated_at: Date | null
      newest_updated_at: Date | null
    }>("select * from sf_shadow.object_state where object = $1", object)
    if (!state) throw new Error(`${object} has no state`)
    return state
  }

  async all<T>(sql: string, ...values: unknown[]): Promise<T[]> {
    return (await this.pool.query(sql, values)).rows as T[]
  }
}
