import type { Row } from "./values.ts"

/** Ids by Salesforce object. */
export type IdsByObject = Record<string, string[]>

/** What the shadow holds for a question, with its age (rule 10). */
export interface Held<R extends Row> {
  rows: R[]
  /** Epoch ms; null: nothing is claimed. */
  freshAsOf: number | null
  /** Age by Salesforce's clock, ms; null as above. */
  ageMs: number | null
  /** Why it is not fresher, or what of it stands still, in words, where the shadow knows. */
  reason: string | null
  ids: IdsByObject
  /** Those that are older than the reader accepts. */
  staleIds: IdsByObject
}

/** What Salesforce holds, in the shadow's form. */
export interface Answered<R extends Row> {
  rows: R[]
  /** Epoch ms: the begin of the read, less the margin of rule 5: a later commit might not have been visible yet. */
  freshAsOf: number
  ids: IdsByObject
}

/** Records by object, as Salesforce sent them: JSON texts. */
export interface Raw {
  records: Record<string, string[]>
  readFrom: Date
}

/** One thing to be read, on either side. */
export interface Question<R extends Row> {
  /** Salesforce object, for metrics. */
  object: string
  /** Questions with one key are one. Where the question is cached, its key in the cache, as invalidations name it. */
  key: string
  /** False: invalidations do not clear it, so that nothing is cached. */
  isCached: boolean
  /** In words: `product 01t…`. */
  what: string
  /** A list may be empty; a single record without a row is missing. */
  isList: boolean
  fromShadow(staleAfterMs: number): Promise<Held<R>>
  /** Reads from the database what asking needs, and returns what asks. */
  prepare(): Promise<(signal: AbortSignal) => Promise<Raw>>
  /** Turns records into rows. @throws where the shadow could not store one of them */
  toRows(raw: Raw): Promise<Answered<R>>
  /** The rows without what is not promised equal (docs/mapping.md). */
  comparable(rows: R[]): Promise<unknown>
}
