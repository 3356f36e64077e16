import type { Fields, ObjectName } from "./objects.ts"

/** live: queries show it; bin: only queryAll does; gone: nothing does. */
export type Existence = "live" | "bin" | "gone"

/** What a transaction left of a record. Times in ms on Salesforce's clock. */
export interface Version {
  commitAt: number
  /** From when on queries see it. */
  visibleAt: number
  /** SystemModstamp: a whole second, not later than the commit. */
  stamp: number
  existence: Existence
  fields: Fields
  /** Event fields whose value this version may have changed. */
  changed: ReadonlySet<string>
  /** Whether it began or ended the record's life. */
  changesExistence: boolean
  /** Whether the bus says anything of it, be it a gap event. */
  isPublished: boolean
}

/** A record of the model org with all that ever happened to it. */
export interface ModelRecord {
  object: ObjectName
  id: string
  versions: Version[]
}

export function latest(record: ModelRecord): Version {
  return record.versions.at(-1) as Version
}

export function isLive(record: ModelRecord): boolean {
  return latest(record).existence === "live"
}

/** The version that a query at this time sees; null before the record's creation is visible. */
export function visibleAt(record: ModelRecord, at: number): Version | null {
  return record.versions.findLast((version) => version.visibleAt <= at) ?? null
}
