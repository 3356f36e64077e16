import type { Fields, ObjectName } from "./objects.ts"

/** One record's part of a transaction. */
export interface Change {
  kind: "create" | "update" | "delete" | "undelete" | "hardDelete"
  object: ObjectName
  id: string
  /** New values; all of them for a create. */
  fields: Fields
}

/**
 * What becomes of a transaction on its way to the bus. gap, diff and undecoded strike single events, overflow
 * all of an object's; silent: nothing is published.
 */
export type Publication = "normal" | "gap" | "diff" | "undecoded" | "overflow" | "silent"
