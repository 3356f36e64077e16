import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import { readRecords } from "../salesforce/records.ts"
import type { Session } from "../salesforce/session.ts"
import type { Sources } from "./product_question.ts"
import type { Held, Question } from "./question.ts"
import { comparableRow, nowMsSql, recordsToRows } from "./shadow_rows.ts"
import type { Row } from "./values.ts"

/** The object is not mirrored: a typing error, or `objects add` makes it one that is. */
export class NotMirroredError extends Error {
  override readonly name = "NotMirroredError"
}

interface ShadowAnswer {
  now_ms: string
  /** Null: there is no row. */
  record: Row | null
  age_ms: string | null
  reason: string | null
}

/** Numbers as text, digit for digit, as recordsToRows has them; synced_at is told by the age. */
const shadowQuery = `
  select ${nowMsSql} as now_ms, (extract(epoch from a.age) * 1000)::bigint::text as age_ms, a.reason,
    (select jsonb_object_agg(c.key, case jsonb_typeof(c.value) when 'number' then to_jsonb(c.value #>> '{}') else c.value end)
      from jsonb_each(a.record - 'synced_at') c) as record
  from public.sf_shadow_record(object => $1, record_id => $2, max_age => $3 * interval '1 ms') a`

/**
 * The question for one record of any mirrored object. Its key is for itself alone: which caches forget an object that was added,
 * the service's REDIS_TEMPLATES say, so that nothing of it is cached.
 */
export function recordQuestion(
  { pool, session, mappings }: Sources,
  object: string,
  id: string,
): Question<Row> {
  return {
    object,
    key: `record:${object}:${id}`,
    isCached: false,
    what: `${object} ${id}`,
    isList: false,
    async fromShadow(staleAfterMs): Promise<Held<Row>> {
      const { rows } = await pool
        .query<ShadowAnswer>(shadowQuery, [object, id, staleAfterMs])
        .catch(toNotMirrored)
      const { now_ms, record, age_ms, reason } = rows[0] as ShadowAnswer
      const ageMs = age_ms === null ? null : Math.max(0, Number(age_ms))
      return {
        rows: record === null ? [] : [record],
        freshAsOf: ageMs === null ? null : Number(now_ms) - ageMs,
        ageMs,
        reason,
        ids: { [object]: record === null ? [] : [id] },
        // The function has queued it.
        staleIds: {},
      }
    },
    async prepare() {
      const { fields, filter } = await mappings.of(object)
      return async (signal) => {
        const request = { object, fields, filter, ids: [id], signal, repeatable: false }
        const { records, readFrom } = await readRecords(session as Session, request)
        return { records: { [object]: records }, readFrom }
      }
    },
    async toRows(raw) {
      const { margin_ms } = await mappings.of(object)
      const rows = await recordsToRows({ pool, mappings }, object, raw.records[object] ?? [])
      return {
        rows,
        freshAsOf: raw.readFrom.getTime() - margin_ms,
        ids: { [object]: rows.length > 0 ? [id] : [] },
      }
    },
    async comparable(rows) {
      const { not_compared, columns } = await mappings.of(object)
      const isCompared = ([column]: [string, unknown]) => !not_compared.includes(columns[column] ?? "")
      return rows.map((row) =>
        comparableRow(Object.fromEntries(Object.entries(row).filter(isCompared)) as Row, not_compared),
      )
    },
  }
}

function toNotMirrored(cause: Error & { hint?: string }): never {
  if (sqlstateOf(cause) !== sqlstate.notMirrored) throw cause
  throw new NotMirroredError(`${cause.message}. ${cause.hint ?? ""}`.trim(), { cause })
}
