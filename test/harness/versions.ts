import assert from "node:assert/strict"
import type { Pool } from "pg"
import type { ObjectName } from "./records.ts"
import { Shadow } from "./shadow.ts"

/** What is wrong in the versions that are kept, by the question of historyQuestion. */
export async function historyFaults(client: Pick<Pool, "query">): Promise<string[]> {
  const { rows } = await client.query<{ fault: string }>(await historyQuestion(client))
  return rows.map(({ fault }) => fault)
}

/**
 * SQL that tells what is wrong in the versions of the objects that keep them: each row has one open version, which shows the same
 * in every mapped column; what has no row has none; versions of a record follow each other, and the open one is the last.
 */
export async function historyQuestion(client: Pick<Pool, "query">): Promise<string> {
  const { rows } = await client.query<{ sql: string }>(
    `select string_agg(format($sql$
       select format('history of %%s: %%s: the row shows %%s, and its open version %%s', %5$L, coalesce(s.id, h.id), s.shown, h.shown) as fault
       from (select %3$I as id, row_to_json((select r from (select %4$s) r))::text as shown from public.%1$I) s
       full join (select %3$I as id, row_to_json((select r from (select %4$s) r))::text as shown from public.%2$I where valid_to is null) h
         on h.id = s.id
       where s.shown is distinct from h.shown
       union all
       select format('history of %%s: %%s: the version of %%s begins before that of %%s has ended, at %%s', %5$L, h.%3$I, h.valid_from,
         h.earlier_from, coalesce(h.earlier_to::text, 'no time'))
       from (
         select v.%3$I, v.valid_from, lag(v.valid_from) over chain as earlier_from, lag(v.valid_to) over chain as earlier_to
         from public.%2$I v window chain as (partition by v.%3$I order by v.valid_from)
       ) h
       where h.earlier_from is not null and coalesce(h.valid_from < h.earlier_to, true)
     $sql$, o.shadow_table, o.history_table, o.key_column,
       (select string_agg(quote_ident(f.column_name), ', ' order by f.column_name) from sf_shadow.field f where f.object = o.object),
       o.object), ' union all ') as sql
     from sf_shadow.object o where o.history_table is not null`,
  )
  return rows[0]?.sql ?? "select null as fault where false"
}

/** A shadow of which the versions of some objects are kept. */
export async function keepingVersions(...objects: ObjectName[]): Promise<Shadow> {
  const shadow = await Shadow.openAnother()
  for (const object of objects) await shadow.all("select sf_shadow.keep_history($1, true)", object)
  return shadow
}

/** The versions of a record, oldest first: a column, from when until when, and whether that was a delete. */
export async function versionsOf(shadow: Shadow, object: ObjectName, id: string, column: string) {
  const [kept] = await shadow.all<{ history_table: string; key_column: string }>(
    "select history_table, key_column from sf_shadow.object where object = $1",
    object,
  )
  assert.ok(kept)
  const seconds = (time: string) => `extract(epoch from ${time} - '2026-06-01T10:00:00Z')::float`
  const rows = await shadow.all<{ value: unknown; from: number; to: number | null; is_deleted: boolean }>(
    `select ${column} as value, ${seconds("valid_from")} as from, ${seconds("valid_to")} as to, is_deleted
     from ${kept.history_table} where ${kept.key_column} = $1 order by valid_from`,
    id,
  )
  assert.deepEqual(await historyFaults(shadow.pool), [])
  return rows.map(({ value, from, to, is_deleted }) => [value, from, to, ...(is_deleted ? ["deleted"] : [])])
}
