import type { Pool } from "pg"
import type { MappingFile } from "./schema.ts"

/** A mirrored object, as far as a mapping file can say it. */
export interface MirroredObject {
  object: string
  table: string
  keep: "mapped" | "all"
  /** The field that holds the Id of its parent. */
  parent: string | null
  /** How often it is polled; null where its change events are followed. */
  poll: string | null
  /** The condition that mirrored records meet; null: all are mirrored. */
  where: string | null
  /** The fields that it names. */
  filtered: string[]
  /** Fields that have an index because a file has asked for it. */
  indexes: string[]
  /** Fields that have an index, whoever has made it. */
  indexed: string[]
  /** Where a view shows it as Heroku Connect had it. */
  compatible_schema: string | null
  /** Whether that view is gone: somebody has dropped it, or has put something else in its place. */
  lacks_view: boolean
  /** Whether its versions are kept. */
  history: boolean
  /** In the order of the table's columns. A field that fills several is there several times. */
  fields: { field: string; column: string }[]
}

/** What is mirrored, parents before children. */
export async function readMirrored(client: Pick<Pool, "query">): Promise<MirroredObject[]> {
  const { rows } = await client.query<MirroredObject>(
    `select o.object, o.shadow_table as "table", o.keep, o.parent_field as parent,
       o.filter as "where", coalesce(o.filter_fields, '{}') as filtered, o.indexes,
       sf_shadow.indexed_fields(of_object => o.object) as indexed, o.compatible_schema,
       o.compatible_schema is not null and sf_shadow.held_view(of_object => o) is null as lacks_view,
       o.history_table is not null as history,
       (select case when m % 1440 = 0 then m / 1440 || 'd' when m % 60 = 0 then m / 60 || 'h' else m || 'm' end
        from (select ceil(extract(epoch from o.poll_every) / 60)::integer as m) as minutes) as poll,
       (select coalesce(json_agg(json_build_object('field', f.field, 'column', f.column_name) order by a.attnum, f.column_name), '[]')
        from sf_shadow.field f
        left join pg_attribute a on a.attrelid = to_regclass(format('public.%I', o.shadow_table)) and a.attname = f.column_name
        where f.object = o.object) as fields
     from sf_shadow.objects_in_order() i join sf_shadow.object o on o.object = i.object
     order by i.depth, i.object_id`,
  )
  return rows
}

/** The mapping file that says what is mirrored. */
export function toMappingFile(mirrored: readonly MirroredObject[], $schema: string): MappingFile {
  return {
    $schema,
    version: 1,
    objects: Object.fromEntries(
      mirrored.map(
        ({ object, table, keep, parent, poll, where, history, fields, indexes, compatible_schema }) => [
          object,
          {
            table,
            keep,
            ...(parent === null ? {} : { parent }),
            ...(poll === null ? {} : { poll }),
            ...(where === null ? {} : { where }),
            ...(history ? { history } : {}),
            fields: Object.fromEntries(
              fields.filter(isFirst).map(({ field, column }): [string, string] => [field, column]),
            ),
            ...(indexes.length === 0 ? {} : { indexes }),
            ...(compatible_schema === null ? {} : { compatible_schema }),
          },
        ],
      ),
    ),
  }
}

/** Columns that no file can say, since another one has the same field: they were mapped by hand. */
export function secondColumns(mirrored: readonly MirroredObject[]): string[] {
  return mirrored.flatMap(({ object, fields }) =>
    fields
      .filter((...one) => !isFirst(...one))
      .map(({ field, column }) => `${object}.${field}, for ${column}`),
  )
}

function isFirst({ field }: { field: string }, at: number, fields: readonly { field: string }[]): boolean {
  return fields.findIndex((one) => one.field === field) === at
}
