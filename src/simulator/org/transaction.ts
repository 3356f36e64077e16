import { DmlError } from "./dml_error.ts"
import type { Draft } from "./draft.ts"
import type { RecordIds } from "./record_id.ts"
import { toValue, type Value } from "./row.ts"
import type { Table } from "./table.ts"

/** What a transaction needs to know of its org. */
export interface TransactionContext {
  tables: ReadonlyMap<string, Table>
  ids: RecordIds
  /** Whole-second stamp for SystemModstamp and the audit dates, epoch ms. */
  stamp: number
  userId: string
  /** False for Salesforce's own changes (geocoding): LastModified stays as it was. */
  audited: boolean
  currency: string
  /** The price book entries of a product or a price book. */
  entriesOf(parentField: string, parentId: string): Iterable<string>
  /** Whether the entries that go with a deleted product have DELETE events. */
  cascadeEvents: boolean
}

/** Changes that are committed together. All refusals are DmlError and leave the org as it was. */
export class Transaction {
  readonly #context: TransactionContext
  readonly #drafts = new Map<string, Draft>()
  /** Price book entries created or updated here: the committed index does not know their parents yet. */
  readonly #writtenEntries = new Set<string>()

  constructor(context: TransactionContext) {
    this.#context = context
  }

  /** Inserts a record and returns its id. Fields left out take Salesforce's defaults. */
  create(object: string, fields: Record<string, unknown>): string {
    const table = this.#table(object)
    const { layout } = table
    const id = this.#context.ids.next(layout.object.keyPrefix)
    const after = layout.empty()
    const { stamp, userId } = this.#context
    const defaults = { CurrencyIsoCode: this.#context.currency, OwnerId: userId }
    for (const [name, value] of Object.entries(defaults)) {
      if (layout.has(name)) after[layout.place(name)] = value
    }
    this.#assign(table, after, fields)
    after[layout.place("Id")] = id
    after[layout.place("CreatedDate")] = stamp
    after[layout.place("CreatedById")] = userId
    this.#stamp(table, after, true)
    this.#require(table, after)
    this.#write({ table, id, before: null, after, silent: false })
    return id
  }

  /** Changes fields of a record that is not deleted. */
  update(object: string, id: string, fields: Record<string, unknown>): void {
    const { draft, after } = this.#live(object, id)
    const changed = after.slice()
    this.#assign(draft.table, changed, fields)
    this.#stamp(draft.table, changed, this.#context.audited)
    this.#require(draft.table, changed)
    this.#write({ ...draft, after: changed })
  }

  /** Moves a record to the recycle bin; a PricebookEntry is gone. A product takes its entries, a master its details with it. */
  delete(object: string, id: string): void {
    const { draft, after } = this.#live(object, id)
    this.#remove(draft, after, false)
    this.#removeDetails(object, id)
    if (object !== "Product2" && object !== "Pricebook2") return
    const entries = this.#table("PricebookEntry")
    const parentField = `${object}Id`
    const parentPlace = entries.layout.place(parentField)
    for (const entryId of [...this.#context.entriesOf(parentField, id), ...this.#writtenEntries]) {
      const entry = this.#draft(entries, entryId)
      if (entry.after?.[parentPlace] === id) this.#remove(entry, entry.after, !this.#context.cascadeEvents)
    }
  }

  #removeDetails(object: string, id: string): void {
    for (const table of this.#context.tables.values()) {
      for (const field of table.layout.fields) {
        if (!field.cascadeDelete || field.referenceTo[0] !== object) continue
        const place = table.layout.place(field.name)
        for (const detailId of new Set([...table.ids(), ...this.#drafts.keys()])) {
          const detail = this.#drafts.get(detailId) ?? this.#draft(table, detailId)
          if (detail.table !== table || detail.after?.[place] !== id || table.isDeleted(detail.after))
            continue
          this.#remove(detail, detail.after, !this.#context.cascadeEvents)
        }
      }
    }
  }

  /** Takes a record back from the recycle bin. */
  undelete(object: string, id: string): void {
    const table = this.#table(object)
    const draft = this.#draft(table, id)
    if (!table.layout.object.hasRecycleBin) {
      throw new DmlError("UNDELETE_FAILED", `entity type ${object} does not support undelete`)
    }
    if (draft.after === null || !table.isDeleted(draft.after)) {
      throw new DmlError("UNDELETE_FAILED", `${object} ${id} is not in the recycle bin`)
    }
    const after = draft.after.slice()
    after[table.layout.place("IsDeleted")] = false
    this.#stamp(table, after, true)
    this.#keep({ ...draft, after })
  }

  /** What the transaction did, in the order in which records were first touched. */
  drafts(): Draft[] {
    return [...this.#drafts.values()]
  }

  #table(object: string): Table {
    const table = this.#context.tables.get(object)
    if (table === undefined) throw new DmlError("INVALID_TYPE", `sObject type '${object}' is not supported.`)
    return table
  }

  #draft(table: Table, id: string): Draft {
    const draft = this.#drafts.get(id)
    if (draft !== undefined) return draft
    const before = table.current(id)
    return { table, id, before, after: before?.slice() ?? null, silent: false }
  }

  #live(object: string, id: string): { draft: Draft; after: Value[] } {
    const table = this.#table(object)
    const draft = this.#draft(table, id)
    if (draft.after === null) {
      throw new DmlError("INVALID_CROSS_REFERENCE_KEY", `invalid cross reference id: ${object} ${id}`)
    }
    if (table.isDeleted(draft.after))
      throw new DmlError("ENTITY_IS_DELETED", `entity is deleted: ${object} ${id}`)
    return { draft, after: draft.after }
  }

  #keep(draft: Draft): void {
    const isSilent = draft.silent || !draft.table.layout.object.hasChangeEvents
    this.#drafts.set(draft.id, { ...draft, silent: isSilent })
  }

  #write(draft: Draft): void {
    this.#keep(draft)
    if (draft.table.layout.object.name === "PricebookEntry") this.#writtenEntries.add(draft.id)
  }

  #remove(draft: Draft, row: Value[], silent: boolean): void {
    const { layout } = draft.table
    let after: Value[] | null = null
    if (layout.object.hasRecycleBin) {
      after = row.slice()
      after[layout.place("IsDeleted")] = true
      this.#stamp(draft.table, after, true)
    }
    this.#keep({ ...draft, after, silent })
  }

  #assign(table: Table, row: Value[], fields: Record<string, unknown>): void {
    const { layout } = table
    for (const [name, given] of Object.entries(fields)) {
      const field = layout.object.byName.get(name)
      if (field === undefined || !layout.has(name)) {
        const message = `No such column '${name}' on sobject of type ${layout.object.name}`
        throw new DmlError("INVALID_FIELD", message, [name])
      }
      if (!field.createable) {
        const message = `Unable to create/update fields: ${name}. Please check the security settings of this field.`
        throw new DmlError("INVALID_FIELD_FOR_INSERT_UPDATE", message, [name])
      }
      row[layout.place(name)] = toValue(field, given)
    }
  }

  #stamp(table: Table, row: Value[], audited: boolean): void {
    const { layout } = table
    row[layout.place("SystemModstamp")] = this.#context.stamp
    if (!audited) return
    row[layout.place("LastModifiedDate")] = this.#context.stamp
    row[layout.place("LastModifiedById")] = this.#context.userId
  }

  #require(table: Table, row: Value[]): void {
    for (const [place, field] of table.layout.fields.entries()) {
      if (field.nillable || row[place] !== null) continue
      throw new DmlError("REQUIRED_FIELD_MISSING", `Required fields are missing: [${field.name}]`, [
        field.name,
      ])
    }
    if (table.layout.object.name !== "PricebookEntry") return
    for (const parent of ["Product2", "Pricebook2"]) {
      const name = `${parent}Id`
      const id = row[table.layout.place(name)] as string
      const draft = this.#drafts.get(id)
      const found = draft === undefined ? this.#table(parent).current(id) : draft.after
      if (found === null || this.#table(parent).isDeleted(found)) {
        throw new DmlError("INVALID_CROSS_REFERENCE_KEY", `invalid cross reference id: ${name} ${id}`, [name])
      }
    }
  }
}
