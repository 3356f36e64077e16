import { randomUUID } from "node:crypto"
import { Faults } from "../faults.ts"
import { Bus } from "./bus.ts"
import type { ChangeEvent, ChangeType } from "./change_event.ts"
import { changesToEvents, netChange, type TransactionHeader } from "./changes_to_events.ts"
import type { Draft } from "./draft.ts"
import { EntryIndex } from "./entry_index.ts"
import { strikeEvents, withoutHiddenFields } from "./event_faults.ts"
import type { ObjectDescription } from "./object_description.ts"
import { account } from "./objects/account.ts"
import { caseStatus } from "./objects/case_status.ts"
import { contact } from "./objects/contact.ts"
import { withTextFields } from "./objects/fields.ts"
import { pricebookEntry } from "./objects/pricebook_entry.ts"
import { pricebook2 } from "./objects/pricebook2.ts"
import { product2 } from "./objects/product2.ts"
import { serviceSite, siteNote } from "./objects/service_site.ts"
import type { OrgOptions, TransactionOptions } from "./org_options.ts"
import { Random } from "./random.ts"
import { idSuffix, RecordIds } from "./record_id.ts"
import { Layout, type OrgRecord, type Row, toRecord, toValue } from "./row.ts"
import { Snapshot } from "./snapshot.ts"
import { type StoredVersion, Table } from "./table.ts"
import { Transaction } from "./transaction.ts"
import { newUsage } from "./usage.ts"

/** One version of a record, for those who check a copy against the org's own history. */
export interface Version extends Omit<StoredVersion, "row"> {
  /** Null where the record is gone; a record in the recycle bin has IsDeleted true. */
  record: OrgRecord | null
}

const withSuffix = (id15: string) => id15 + idSuffix(id15)

/**
 * The simulated Salesforce org, in memory: records with all their versions, transactions, and the events they
 * publish. Queries lag behind commits; `read`, `rows` and `history` are the truth that tests compare with.
 */
export class Org {
  /** 18-character organization id. */
  readonly id: string
  /** The user who commits transactions that name none. */
  readonly administratorId = withSuffix("005Dp000001admN")
  /** The user whose credentials the service has. */
  readonly integrationUserId = withSuffix("005Dp000002sync")
  readonly faults = new Faults()
  readonly usage = newUsage(() => this.now())
  /** By API name, in the order in which parents come before children. */
  readonly objects: ReadonlyMap<string, ObjectDescription>
  readonly random: Random
  readonly #options: Required<OrgOptions>
  readonly #tables: ReadonlyMap<string, Table>
  readonly #ids: RecordIds
  readonly #entries: EntryIndex
  readonly #bus: Bus
  #commitNumber: bigint

  constructor(options: OrgOptions = {}) {
    this.#options = {
      seed: 1,
      visibilityLagMs: [1000, 3000],
      publishDelayMs: [0, 1500],
      clockSkewMs: 1500,
      organizationId: "00DDp0000012345",
      multiCurrency: true,
      currency: "USD",
      cascadeEvents: false,
      textFields: {},
      ...options,
    }
    const { multiCurrency, organizationId, seed, textFields } = this.#options
    this.id = withSuffix(organizationId)
    const objects = [
      pricebook2(),
      product2(multiCurrency),
      pricebookEntry(multiCurrency),
      account(multiCurrency),
      contact(multiCurrency),
      serviceSite(multiCurrency),
      siteNote(),
      caseStatus(),
    ].map((object) => withTextFields(object, textFields[object.name] ?? []))
    this.objects = new Map(objects.map((object) => [object.name, object]))
    this.#tables = new Map(objects.map((object) => [object.name, new Table(new Layout(object))]))
    this.random = new Random(seed)
    this.#ids = new RecordIds(this.random.below(2 ** 31))
    this.#entries = new EntryIndex(this.table("PricebookEntry"))
    this.#bus = new Bus(() => this.now())
    this.#commitNumber = 9_007_199_254_740_993n + BigInt(this.random.below(2 ** 40))
  }

  /** Salesforce's clock, epoch milliseconds. */
  now(): number {
    return Date.now() + this.#options.clockSkewMs
  }

  /**
   * Runs `work` and commits all it did at once, under one commitNumber. A throw in `work` leaves the org as
   * it was. Returns what `work` returns.
   */
  transaction<T>(work: (tx: Transaction) => T, options: TransactionOptions = {}): T {
    const startedAt = options.startedAt ?? this.now()
    const userId = options.userId ?? this.administratorId
    const tx = new Transaction({
      tables: this.#tables,
      ids: this.#ids,
      stamp: wholeSecond(startedAt),
      userId,
      audited: options.automatic !== true,
      currency: this.#options.currency,
      entriesOf: (parentField, parentId) => this.#entries.of(parentField, parentId),
      cascadeEvents: this.#options.cascadeEvents,
    })
    const result = work(tx)
    const changeOrigin =
      options.automatic === true ? "" : (options.changeOrigin ?? "com/salesforce/api/rest/66.0")
    this.#commit(tx.drafts(), changeOrigin, userId)
    return result
  }

  /** Removes records as a hard delete or an emptied recycle bin does: no event, and no query finds them. */
  hardDelete(object: string, ids: Iterable<string>): void {
    const table = this.table(object)
    const drafts: Draft[] = []
    for (const id of ids) drafts.push({ table, id, before: table.current(id), after: null, silent: true })
    this.#commit(drafts, "", this.administratorId)
  }

  /**
   * Puts records in as if they had always been there: no event, no history. A record may bring its own Id.
   * Returns their ids in order.
   */
  load(object: string, records: Iterable<Record<string, unknown>>, loadedAt?: number): string[] {
    const table = this.table(object)
    const { layout } = table
    const stamp = wholeSecond(loadedAt ?? this.now() - 86_400_000)
    const template = layout.empty()
    const audit = { CreatedDate: stamp, LastModifiedDate: stamp, SystemModstamp: stamp }
    const users = { CreatedById: this.administratorId, LastModifiedById: this.administratorId }
    const defaults = { CurrencyIsoCode: this.#options.currency, OwnerId: this.administratorId }
    for (const [name, value] of Object.entries({ ...audit, ...users, ...defaults })) {
      if (layout.has(name)) template[layout.place(name)] = value
    }
    const idPlace = layout.place("Id")
    const ids: string[] = []
    for (const record of records) {
      const row = template.slice()
      for (const name in record) {
        const place = layout.place(name)
        const field = layout.fields[place]
        if (field !== undefined) row[place] = toValue(field, record[name])
      }
      const id = (row[idPlace] as string | null) ?? this.#ids.next(layout.object.keyPrefix)
      row[idPlace] = id
      table.load(id, row)
      if (object === "PricebookEntry") this.#entries.add(id, row)
      ids.push(id)
    }
    return ids
  }

  /**
   * The committed record right now, whatever queries see of it; null where it is deleted or gone. Fields that
   * are derived from a parent (PricebookEntry.Name, ProductCode) are not part of it.
   */
  read(object: string, id: string): OrgRecord | null {
    const table = this.table(object)
    const row = table.current(id)
    return row === null || table.isDeleted(row) ? null : toRecord(table.layout, row)
  }

  /** All committed records right now that are not deleted, one by one. */
  *rows(object: string): Generator<OrgRecord> {
    const table = this.table(object)
    for (const row of table.visibleRows(Number.POSITIVE_INFINITY)) {
      if (!table.isDeleted(row)) yield toRecord(table.layout, row)
    }
  }

  /** How many committed records of the object are not deleted. */
  count(object: string): number {
    const table = this.table(object)
    let count = 0
    for (const row of table.visibleRows(Number.POSITIVE_INFINITY)) if (!table.isDeleted(row)) count++
    return count
  }

  /** Every version that transactions made of a record, oldest first; a loaded record begins without one. */
  history(object: string, id: string): readonly Version[] {
    const table = this.table(object)
    return table.history(id).versions.map(({ row, ...version }) => ({
      ...version,
      record: row === null ? null : toRecord(table.layout, row),
    }))
  }

  /** What queries that begin at `time` see. */
  snapshot(time: number = this.now()): Snapshot {
    return new Snapshot(this.#tables, time, this.faults)
  }

  /** The rows of an object; throws for an object the org does not have. */
  table(object: string): Table {
    const table = this.#tables.get(object)
    if (table === undefined) throw new Error(`The simulated org has no object ${object}`)
    return table
  }

  /** Calls `listener` in bus order with each event that reaches the bus; returns how to stop that. */
  onPublish(listener: (event: ChangeEvent) => void): () => void {
    return this.#bus.subscribe((event) => listener(withoutHiddenFields(event, this.faults)))
  }

  /** Ends the org; events not published yet are dropped. */
  close(): void {
    this.#bus.close()
  }

  #commit(drafts: readonly Draft[], changeOrigin: string, commitUser: string): void {
    if (drafts.length === 0) return
    const committedAt = this.now()
    this.#commitNumber += BigInt(1 + this.random.below(100_000))
    const header: TransactionHeader = {
      changeOrigin,
      transactionKey: randomUUID(),
      commitTimestamp: wholeSecond(committedAt),
      commitNumber: this.#commitNumber,
      commitUser,
    }
    const visibleAt = committedAt + this.random.between(this.#options.visibilityLagMs)
    const struck = strikeEvents(changesToEvents(drafts, header, this.random), header, this.faults)
    const published: StoredVersion[] = []
    for (const draft of drafts) {
      const version = newVersion(draft, header, committedAt, visibleAt)
      draft.table.append(draft.id, version)
      if (draft.after !== null && draft.table.layout.object.name === "PricebookEntry") {
        this.#entries.add(draft.id, draft.after)
      }
      if (version.changeType !== null && !struck.suppressed.has(draft.id)) published.push(version)
    }
    if (published.length === 0) return
    const publishAt = committedAt + this.random.between(this.#options.publishDelayMs)
    this.#bus.publish(publishAt, struck.events, (at) => {
      for (const version of published) version.publishedAt = at
    })
  }
}

function newVersion(
  draft: Draft,
  { commitTimestamp, commitNumber, transactionKey }: TransactionHeader,
  committedAt: number,
  visibleAt: number,
): StoredVersion {
  const changeType: ChangeType | null = draft.silent ? null : netChange(draft)
  const row: Row | null = draft.after
  return {
    row,
    committedAt,
    visibleAt,
    publishedAt: null,
    changeType,
    commitTimestamp,
    commitNumber,
    transactionKey,
  }
}

function wholeSecond(epochMs: number): number {
  return Math.floor(epochMs / 1000) * 1000
}
