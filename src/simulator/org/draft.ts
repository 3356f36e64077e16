import type { Row, Value } from "./row.ts"
import type { Table } from "./table.ts"

/** What a transaction has made of one record so far. */
export interface Draft {
  table: Table
  id: string
  /** The committed row when the transaction first touched the record; null for a new one. */
  before: Row | null
  /** The row as it will be; null where the record is gone. */
  after: Value[] | null
  /** A change without event, such as a price book entry that goes with its product. */
  silent: boolean
}
