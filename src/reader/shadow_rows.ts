import type { Pool } from "pg"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import type { IdsByObject } from "./question.ts"
import type { Row } from "./values.ts"

/** Answer of `sf_shadow_freshness`, as JSON. */
export interface Freshness {
  fresh_except_listed: string | null
  reason: string | null
  listed: string[]
}

/** Rows of one object with what is claimed for it. */
export interface HeldRows {
  object: string
  keyColumn: string
  rows: (Row & { synced_at: string })[]
  freshness: Freshness
  /** Whether rows that are not there matter too: then the object's claim bounds the answer. */
  isSet: boolean
}

/** The age of an answer that is put together from rows (rule 10): that of its oldest part. */
export function ageOf(
  parts: HeldRows[],
  nowMs: number,
  staleAfterMs: number,
): {
  freshAsOf: number | null
  ageMs: number | null
  reason: string | null
  staleIds: IdsByObject
  ids: IdsByObject
} {
  const bounds: number[] = []
  const reasons = new Set<string>()
  const staleIds: IdsByObject = {}
  const ids: IdsByObject = {}
  const isStale = (freshAsOf: number) => nowMs - freshAsOf > staleAfterMs
  for (const { object, keyColumn, rows, freshness, isSet } of parts) {
    const claim = epochMs(freshness.fresh_except_listed)
    const listed = new Set(freshness.listed)
    const claimReason = () => freshness.reason ?? `nothing was heard of ${object} for too long`
    if (isSet) {
      bounds.push(claim)
      if (isStale(claim)) reasons.add(`${object}: ${claimReason()}`)
    }
    ids[object] = rows.map((row) => String(row[keyColumn]))
    staleIds[object] = []
    for (const row of rows) {
      const id = String(row[keyColumn])
      const freshAsOf = Math.max(epochMs(row.synced_at), listed.has(id) ? Number.NEGATIVE_INFINITY : claim)
      bounds.push(freshAsOf)
      if (!isStale(freshAsOf)) continue
      staleIds[object].push(id)
      reasons.add(
        listed.has(id) ? `${object} ${id} is in doubt or cannot be stored` : `${object}: ${claimReason()}`,
      )
    }
    // Doubts about a record without a row.
    for (const id of freshness.listed) {
      if (ids[object].includes(id)) continue
      bounds.push(Number.NEGATIVE_INFINITY)
      reasons.add(`${object} ${id} is in doubt or cannot be stored`)
    }
  }
  const freshAsOf = Math.min(...bounds)
  const isKnown = Number.isFinite(freshAsOf)
  return {
    freshAsOf: isKnown ? freshAsOf : null,
    ageMs: isKnown ? Math.max(0, nowMs - freshAsOf) : null,
    reason: reasons.size > 0 ? [...reasons].join("; ") : null,
    staleIds,
    ids,
  }
}

/** A row without the columns that only its age needs. */
export function withoutSync<R extends Row>({ synced_at: _synced, ...row }: R & { synced_at: string }): R {
  return row as unknown as R
}

/**
 * SQL: the time on Salesforce's clock in ms, as text. The pool is the reader's owner's, whose sessions may show a double with fewer
 * digits (extra_float_digits), or a time in another style.
 */
export const nowMsSql = "(extract(epoch from public.sf_shadow_salesforce_now()) * 1000)::bigint::text"

/** Milliseconds of an ISO time; minus infinity for null. */
export function epochMs(time: string | null): number {
  return time === null ? Number.NEGATIVE_INFINITY : Date.parse(time)
}

/** What `sf_shadow_mapping` says of an object. */
export interface Mapping {
  fields: string[]
  not_compared: string[]
  /** Salesforce field by column. */
  columns: Record<string, string>
  margin_ms: number
  /** The condition that mirrored records meet, in SOQL; null: all are mirrored. */
  filter: string | null
}

const mappingForMs = 60_000

/** The mappings of the objects, read again every minute: fields come and go with describe. */
export class Mappings {
  readonly #pool: Pool
  readonly #known = new Map<string, { at: number; mapping: Promise<Mapping> }>()

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** What is known of the object is outdated: it is read again by whoever asks next. */
  forget(object: string): void {
    this.#known.delete(object)
  }

  /** @throws Error while the object was never described, that is before its first load */
  of(object: string): Promise<Mapping> {
    const known = this.#known.get(object)
    if (known && performance.now() - known.at < mappingForMs) return known.mapping
    const mapping = this.#read(object)
    this.#known.set(object, { at: performance.now(), mapping })
    mapping.catch(() => this.#known.delete(object))
    return mapping
  }

  async #read(object: string): Promise<Mapping> {
    const { rows } = await this.#pool.query<
      Omit<Mapping, "margin_ms"> & { fields: string[] | null; margin_ms: string }
    >(
      // A schema of before filters has no such column.
      `select fields, not_compared, columns, margin_ms::bigint::text as margin_ms,
         (select to_jsonb(l) ->> 'filter' from public.sf_shadow_lag l where l.object = $1) as filter
       from public.sf_shadow_mapping(of_object => $1)`,
      [object],
    )
    if (rows[0]?.fields) return { ...rows[0], margin_ms: Number(rows[0].margin_ms) }
    throw new Error(`${object} was never loaded, so that its fields are not known: run a backfill`)
  }
}

/**
 * The rows that a merge would make of records.
 *
 * @throws Error naming the first one that could not be stored, or fields that were mapped since the records were asked for
 */
export async function recordsToRows(
  { pool, mappings }: { pool: Pool; mappings: Mappings },
  object: string,
  records: string[],
): Promise<Row[]> {
  if (records.length === 0) return []
  const { rows } = await pool
    .query<{ row_held: Row | null; error: string | null }>(
      "select row_held, error from public.sf_shadow_records_to_rows(of_object => $1, records => $2::jsonb)",
      [object, `[${records.join(",")}]`],
    )
    .catch((error) => {
      if (sqlstateOf(error) === sqlstate.mappingChanged) mappings.forget(object)
      throw error
    })
  return rows.map(({ row_held, error }) => {
    if (row_held) return row_held
    throw new Error(`Salesforce has a record of ${object} that the shadow cannot store: ${error}`)
  })
}

/** Rows as far as they are promised equal: no audit fields, no nulls, no time of the version. */
export function comparableRow(
  { updated_at: _time, raw_payload, ...columns }: Row,
  notCompared: string[],
): object {
  const kept = Object.entries(raw_payload).filter(
    ([field, value]) => value !== null && !notCompared.includes(field),
  )
  return { columns, fields: Object.fromEntries(kept) }
}
