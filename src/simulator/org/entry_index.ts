import type { Row } from "./row.ts"
import type { Table } from "./table.ts"

/**
 * Which price book entries belong to a product or a price book. Built when first asked for, as most orgs
 * loaded with a million entries never delete a product.
 */
export class EntryIndex {
  readonly #table: Table
  readonly #byParent = new Map<string, Map<string, string[]>>()

  constructor(table: Table) {
    this.#table = table
  }

  /** Ids of the entries whose committed parent is this one. */
  of(parentField: string, parentId: string): string[] {
    const place = this.#table.layout.place(parentField)
    const candidates = this.#index(parentField).get(parentId) ?? []
    return [...new Set(candidates)].filter((id) => this.#table.current(id)?.[place] === parentId)
  }

  /** Takes note of an entry that was created, or moved to another parent. */
  add(id: string, row: Row): void {
    for (const [parentField, index] of this.#byParent)
      put(index, row[this.#table.layout.place(parentField)], id)
  }

  #index(parentField: string): Map<string, string[]> {
    const built = this.#byParent.get(parentField)
    if (built !== undefined) return built
    const index = new Map<string, string[]>()
    const place = this.#table.layout.place(parentField)
    const idPlace = this.#table.layout.place("Id")
    for (const row of this.#table.visibleRows(Number.POSITIVE_INFINITY))
      put(index, row[place], row[idPlace] as string)
    this.#byParent.set(parentField, index)
    return index
  }
}

function put(index: Map<string, string[]>, parentId: unknown, id: string): void {
  const ids = index.get(parentId as string)
  if (ids === undefined) index.set(parentId as string, [id])
  else if (ids.at(-1) !== id) ids.push(id)
}
