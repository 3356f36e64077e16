import type { QueryResultRow } from "pg"
import { type Fields, type ObjectName, objectNames, objects, type Value } from "./model/objects.ts"
import { fromDate } from "./virtual_time.ts"

/** What a reader of the database sees of one object. Times in ms of the model. */
export interface ObservedObject {
  rows: Map<string, { payload: Fields; columns: Record<string, Value>; syncedAt: string }>
  /** What sf_account_eligibility says of accounts; of other objects none. */
  answers: { id: string; isFound: boolean; asOf: number | null }[]
  dirty: Set<string>
  rejected: Map<string, string>
  rowCount: number
  freshAsOf: number | null
  freshExceptListed: number | null
  provenAsOf: number | null
  /** Of the last complete full run: everything that was committed before it. */
  loadedAsOf: number | null
  hasHole: boolean
  isLoaded: boolean
}
export type Observation = Record<ObjectName, ObservedObject>

interface ObservedRow {
  object: ObjectName
  rows: { id: string; payload: Fields; columns: Record<string, Value>; synced_at: string }[] | null
  answers: { id: string; is_found: boolean; as_of: string | null }[] | null
  dirty: string[]
  rejected: [string, string][]
  row_count: number
  fresh_as_of: Date | number | null
  fresh_except_listed: Date | number | null
  proven_as_of: Date | number | null
  loaded_as_of: Date | number | null
  has_hole: boolean
  is_loaded: boolean
}

const rowsOf = objectNames.map((name) => {
  const { table, key, columns } = objects[name]
  const listed = Object.values(columns).map((column) => `'${column}', s.${column}`)
  return `when '${name}' then (select json_agg(json_build_object('id', s.${key}, 'payload', s.raw_payload,
    'columns', json_build_object(${listed.join(", ")}), 'synced_at', s.synced_at)) from ${table} s)`
})

/** What an observation reads: everything that the histories' promises are about. $1: ids of accounts to be asked about. */
export const observedColumns = `
    select lag.object, lag.rows as row_count, lag.fresh_as_of, lag.fresh_except_listed, lag.proven_as_of,
      (select max(run.read_from) - setting.margin from sf_shadow.run run cross join sf_shadow.setting setting
        where run.object = lag.object and run.kind = 'full' and run.state = 'complete' group by setting.margin) as loaded_as_of,
      state.hole_from is not null as has_hole, state.proof_read_id is not null as is_loaded,
      case lag.object ${rowsOf.join("\n")} end as rows,
      case lag.object when 'Account' then (select json_agg(json_build_object('id', asked.id, 'is_found', answer.is_found,
          'as_of', clock.latest - answer.age))
        from sf_shadow.salesforce_now clock cross join unnest($1::text[]) asked (id) cross join lateral public.sf_account_eligibility(asked.id) answer) end as answers,
      array(select d.record_id from sf_shadow.dirty d where d.object = lag.object) as dirty,
      array(select array[r.record_id, r.reason] from sf_shadow.reject r where r.object = lag.object) as rejected
    from public.sf_shadow_lag lag
    join sf_shadow.object_state state on state.object = lag.object`

/** An observation from the rows of `observedColumns`. */
export function toObservation(rows: readonly QueryResultRow[]): Observation {
  // pg gives the numbers ±Infinity for the times of that name.
  const time = (date: Date | number | null) => (date instanceof Date ? fromDate(date) : date)
  const observed = (rows as ObservedRow[]).map((row) => [
    row.object,
    {
      rows: new Map(
        (row.rows ?? []).map(({ id, payload, columns, synced_at: syncedAt }) => [
          id,
          { payload, columns, syncedAt },
        ]),
      ),
      answers: (row.answers ?? []).map(({ id, is_found: isFound, as_of }) => ({
        id,
        isFound,
        asOf: as_of === null ? null : fromDate(new Date(as_of)),
      })),
      dirty: new Set(row.dirty),
      rejected: new Map(row.rejected),
      rowCount: Number(row.row_count),
      freshAsOf: time(row.fresh_as_of),
      freshExceptListed: time(row.fresh_except_listed),
      provenAsOf: time(row.proven_as_of),
      loadedAsOf: time(row.loaded_as_of),
      hasHole: row.has_hole,
      isLoaded: row.is_loaded,
    },
  ])
  return Object.fromEntries(observed) as Observation
}
