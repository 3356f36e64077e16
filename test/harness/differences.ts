import type { Pool } from "pg"
import type { Org } from "../../src/simulator/org/org.ts"
import type { OrgRecord } from "../../src/simulator/org/row.ts"
import { compileQuery } from "../../src/simulator/soql/query.ts"

interface MappedObject {
  object: string
  shadow_table: string
  key_column: string
  /** Columns by name, with the Salesforce field and the column's type. */
  columns: { column_name: string; field: string; column_type: string; default_value: string | null }[]
  /** The condition that mirrored records meet; null: all are mirrored. */
  filter: string | null
  /** What is promised equal in raw_payload (docs/mapping.md): kept fields that are no query-only fields. */
  event_fields: string[]
}

type ShadowRow = Record<string, unknown> & { raw_payload: Record<string, unknown> }

/** How many differences are listed; the rest is counted. */
const mostListed = 20

/**
 * Where the shadow is not equal to the org, in words, as far as it is promised (docs/mapping.md): which records are there,
 * their typed columns, and the event fields of raw_payload in the canonical form. Empty when all is equal.
 *
 * @param apart records not to be compared, for instance those that cannot be stored
 */
export async function differences(
  org: Org,
  pool: Pool,
  apart: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const found: string[] = []
  for (const mapped of await mappedObjects(pool)) {
    const held = await shadowRows(pool, mapped)
    const isMirrored = meets(org, mapped)
    for (const record of org.rows(mapped.object)) {
      const id = record.Id as string
      if (!isMirrored(id)) continue
      const row = held.get(id)
      held.delete(id)
      if (apart.has(id)) continue
      if (row === undefined) found.push(`${mapped.object} ${id} is missing`)
      else found.push(...fieldDifferences(mapped, record, row))
    }
    for (const id of held.keys())
      if (!apart.has(id)) found.push(`${mapped.object} ${id} is not in the org, or not within its filter`)
  }
  if (found.length <= mostListed) return found
  return [...found.slice(0, mostListed), `and ${found.length - mostListed} more`]
}

/** Which records of an object the org lets through its filter. */
function meets(org: Org, { object, filter }: MappedObject): (id: string) => boolean {
  if (filter === null) return () => true
  const query = compileQuery(org, `SELECT Id FROM ${object} WHERE ${filter}`)
  // What was committed is visible a while later.
  const place = org.table(object).layout.place("Id")
  const ids = new Set(query.run(org.snapshot(Number.POSITIVE_INFINITY), false).map((row) => row[place]))
  return (id) => ids.has(id)
}

async function mappedObjects(pool: Pool): Promise<MappedObject[]> {
  const { rows } = await pool.query<MappedObject>(
    `select o.object, o.shadow_table, o.key_column, o.filter,
       (select jsonb_agg(to_jsonb(f)) from sf_shadow.field f where f.object = o.object) as columns,
       array(select k.field::text from sf_shadow._kept_fields(o.object) k
         where k.field <> all (sf_shadow._query_only_fields(o.object))) as event_fields
     from sf_shadow.object o where o.enabled`,
  )
  return rows
}

async function shadowRows(pool: Pool, { shadow_table, key_column }: MappedObject) {
  const { rows } = await pool.query<ShadowRow>(`select * from public.${shadow_table}`)
  return new Map(rows.map((row) => [row[key_column] as string, row]))
}

function fieldDifferences(
  { object, columns, event_fields }: MappedObject,
  record: OrgRecord,
  row: ShadowRow,
): string[] {
  const found: string[] = []
  const compare = (name: string, has: unknown, due: unknown) => {
    if (has !== due) found.push(`${object} ${record.Id} ${name} is ${shown(has)}, in the org ${shown(due)}`)
  }
  for (const { column_name, field, column_type, default_value } of columns) {
    const due = record[field] ?? default_value ?? null
    const has = row[column_name] ?? null
    compare(column_name, canonical(has, column_type), due)
  }
  if (event_fields.length < 3) found.push(`${object}: only ${event_fields} are compared`)
  for (const field of event_fields) {
    if (!(field in row.raw_payload)) found.push(`${object} ${record.Id} raw_payload lacks ${field}`)
    else compare(`raw_payload.${field}`, row.raw_payload[field], record[field] ?? null)
  }
  return found
}

/** A column's value as the org writes it. */
function canonical(value: unknown, type: string): unknown {
  if (value === null) return null
  if (type.startsWith("numeric")) return Number(value)
  if (!(value instanceof Date)) return value
  // pg reads a date as the midnight of this machine.
  return type === "date" ? value.toLocaleDateString("sv") : value.toISOString()
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80)
}
