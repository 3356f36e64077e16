import type { Faults } from "../faults.ts"
import type { Row } from "./row.ts"
import type { Table } from "./table.ts"

/**
 * What the integration user's queries see at one moment: the rows visible by then, less those and those
 * fields that a fault hides. The versions behind it are kept, so a snapshot can be read at any later time.
 */
export class Snapshot {
  /** Epoch ms of the org's clock. */
  readonly time: number
  readonly #tables: ReadonlyMap<string, Table>
  readonly #hidden: ReadonlyMap<string, readonly ((id: string) => boolean)[]>

  constructor(tables: ReadonlyMap<string, Table>, time: number, faults: Faults) {
    this.time = time
    this.#tables = tables
    const hidden = new Map<string, ((id: string) => boolean)[]>()
    for (const { settings } of faults.active("rows.hidden")) {
      hidden.set(settings.object, [...(hidden.get(settings.object) ?? []), settings.hides])
    }
    this.#hidden = hidden
  }

  /** A record, also one in the recycle bin; null where the user sees none. */
  row(object: string, id: string): Row | null {
    const row = this.#table(object).visible(id, this.time)
    return row !== null && this.#isHidden(object, id) ? null : row
  }

  /** All rows of an object, those in the recycle bin only with `withDeleted`. */
  *rows(object: string, withDeleted: boolean): Generator<Row> {
    const table = this.#table(object)
    const idPlace = table.layout.place("Id")
    const hides = this.#hidden.has(object)
    for (const row of table.visibleRows(this.time)) {
      if (!withDeleted && table.isDeleted(row)) continue
      if (hides && this.#isHidden(object, row[idPlace] as string)) continue
      yield row
    }
  }

  isDeleted(object: string, row: Row): boolean {
    return this.#table(object).isDeleted(row)
  }

  #isHidden(object: string, id: string): boolean {
    return this.#hidden.get(object)?.some((hides) => hides(id)) === true
  }

  #table(object: string): Table {
    const table = this.#tables.get(object)
    if (table === undefined) throw new Error(`The simulated org has no object ${object}`)
    return table
  }
}
