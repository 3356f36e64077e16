import type { ChangeType } from "./change_event.ts"
import type { Layout, Row } from "./row.ts"

/** One stored version of a record that was changed by a transaction. Times are epoch ms of the org's clock. */
export interface StoredVersion {
  /** Null where the record is gone (hard deleted, or a deleted PricebookEntry). */
  row: Row | null
  committedAt: number
  visibleAt: number
  /** When its event reached the bus; null until then, and for ever where none is published. */
  publishedAt: number | null
  /** Null for a change that Salesforce does not publish, such as a hard delete. */
  changeType: ChangeType | null
  commitTimestamp: number
  commitNumber: bigint
  transactionKey: string
}

/** A record that has not changed since it was loaded is its bare row, which keeps a million of them small. */
type Entry = Row | Changed

class Changed {
  readonly versions: StoredVersion[] = []
  /** The row as loaded, visible always; null for a record that a transaction created. */
  readonly loaded: Row | null

  constructor(loaded: Row | null) {
    this.loaded = loaded
  }
}

/** The records of one object, every version of them. */
export class Table {
  readonly layout: Layout
  readonly #entries = new Map<string, Entry>()
  /** -1 for an object without a recycle bin whose records do not say. */
  readonly #deletedPlace: number

  constructor(layout: Layout) {
    this.layout = layout
    this.#deletedPlace = layout.has("IsDeleted") ? layout.place("IsDeleted") : -1
  }

  /** How many records the table has ever held, whatever became of them. */
  get size(): number {
    return this.#entries.size
  }

  /** Puts a row in that was always there: no version, no event. */
  load(id: string, row: Row): void {
    this.#entries.set(id, row)
  }

  /** Adds the version that a transaction made of a record. */
  append(id: string, version: StoredVersion): void {
    const entry = this.#entries.get(id)
    let changed: Changed
    if (entry instanceof Changed) changed = entry
    else {
      changed = new Changed(entry ?? null)
      this.#entries.set(id, changed)
    }
    changed.versions.push(version)
  }

  /** The committed row of a record, deleted or not; null where there is none. */
  current(id: string): Row | null {
    const entry = this.#entries.get(id)
    if (entry === undefined) return null
    return visibleRow(entry, Number.POSITIVE_INFINITY)
  }

  /** The row that a query beginning at `time` finds: the last version visible by then. */
  visible(id: string, time: number): Row | null {
    const entry = this.#entries.get(id)
    return entry === undefined ? null : visibleRow(entry, time)
  }

  /** All rows that a query at `time` finds (`Infinity`: all committed ones), those in the recycle bin too. */
  *visibleRows(time: number): Generator<Row> {
    for (const entry of this.#entries.values()) {
      const row = entry instanceof Changed ? visibleRow(entry, time) : entry
      if (row !== null) yield row
    }
  }

  isDeleted(row: Row): boolean {
    return row[this.#deletedPlace] === true
  }

  /** The row a record was loaded with, and its versions since. */
  history(id: string): { loaded: Row | null; versions: readonly StoredVersion[] } {
    const entry = this.#entries.get(id)
    if (entry === undefined) return { loaded: null, versions: [] }
    return entry instanceof Changed ? entry : { loaded: entry, versions: [] }
  }

  ids(): IterableIterator<string> {
    return this.#entries.keys()
  }
}

function visibleRow(entry: Entry, time: number): Row | null {
  if (!(entry instanceof Changed)) return entry
  for (let last = entry.versions.length - 1; last >= 0; last--) {
    const version = entry.versions[last] as StoredVersion
    if (version.visibleAt <= time) return version.row
  }
  return entry.loaded
}
