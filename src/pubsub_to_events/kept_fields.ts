import type { Pool } from "pg"

/**
 * Which fields of an object may be stored: all (null), or only the mapped ones where the object keeps no others
 * (docs/mapping.md: no personal data that nobody needs, in the event log either).
 */
export async function keptFields(
  pool: Pool,
  objects: readonly string[],
): Promise<(object: string) => ReadonlySet<string> | null> {
  const { rows } = await pool.query<{ object: string; keep: string; fields: string[] | null }>(
    `select o.object, o.keep, (select array_agg(f.field) from sf_shadow.field f where f.object = o.object) as fields
     from sf_shadow.object o where o.object = any ($1)`,
    [objects],
  )
  const byObject = new Map(
    rows.map(({ object, keep, fields }) => [object, keep === "all" ? null : new Set(fields ?? [])]),
  )
  // An object that nobody mirrors, on a channel of many: nothing of it is kept.
  return (object) => byObject.get(object) ?? (byObject.has(object) ? null : new Set())
}
