/** Kinds of change, in the order of the real Avro enum `ChangeType`. */
export type ChangeType =
  | "CREATE"
  | "UPDATE"
  | "DELETE"
  | "UNDELETE"
  | "GAP_CREATE"
  | "GAP_UPDATE"
  | "GAP_DELETE"
  | "GAP_UNDELETE"
  | "GAP_OVERFLOW"
  | "SNAPSHOT"

/**
 * One change as the org hands it to the event bus: header and body before Avro (Change Data Capture
 * Developer Guide, "Change Event Message Structure"). Field names are API names, never bitmaps.
 */
export interface ChangeEvent {
  entityName: string
  /** Several when one transaction made the same change to several records; one otherwise. */
  recordIds: string[]
  changeType: ChangeType
  changeOrigin: string
  transactionKey: string
  /** From 1 within the transaction. */
  sequenceNumber: number
  /** Epoch milliseconds, always a whole second. */
  commitTimestamp: number
  /** May exceed 2^53; grows with each transaction, not by one. */
  commitNumber: bigint
  commitUser: string
  /** Subset of `changedFields`. */
  nulledFields: string[]
  /** Text fields whose body value is a unified diff and not the text. */
  diffFields: string[]
  /** For UPDATE what changed: "Name", "BillingAddress.Street"; empty for all others. */
  changedFields: string[]
  /**
   * By field API name. DateTime and Date are epoch milliseconds (a Date at 00:00 UTC); compounds are
   * nested (`BillingAddress: { Street, ... }`); unset, unchanged and nulled are all null. Empty for gaps.
   */
  body: Record<string, unknown>
}
