import type { FieldDescription, ObjectDescription } from "../org/object_description.ts"
import type { Org } from "../org/org.ts"
import { type Row, toIso, type Value } from "../org/row.ts"
import type { Snapshot } from "../org/snapshot.ts"
import { type Column, findColumn } from "../soql/columns.ts"

type JsonRecord = { attributes: { type: string; url: string }; [field: string]: unknown }

/** "2026-11-23T10:00:00.000+0000", the form of datetimes in REST answers. */
export function restDatetime(epochMs: number): string {
  return toIso(epochMs).replace("Z", "+0000")
}

/** A row as the REST API answers it: attributes first, parents nested, addresses as objects. */
export function restRecord(
  org: Org,
  object: ObjectDescription,
  columns: readonly Column[],
  row: Row,
  snapshot: Snapshot,
  version: string,
): JsonRecord {
  const record = newRecord(org, object, row, version)
  for (const column of columns) {
    const [relationship, name] = column.names as [string, string | undefined]
    if (name === undefined) {
      record[column.path] = restValue(org, column, row, snapshot)
      continue
    }
    const parentRow = column.owner(row, snapshot)
    if (parentRow === null) {
      record[relationship] = null
      continue
    }
    const parent = record[relationship] ?? newRecord(org, column.object, parentRow, version)
    record[relationship] = Object.assign(parent, { [name]: restValue(org, column, row, snapshot) })
  }
  return record
}

function newRecord(org: Org, object: ObjectDescription, row: Row, version: string): JsonRecord {
  const id = row[org.table(object.name).layout.place("Id")]
  return { attributes: { type: object.name, url: `/services/data/${version}/sobjects/${object.name}/${id}` } }
}

function restValue(org: Org, column: Column, row: Row, snapshot: Snapshot): unknown {
  if (column.field.type !== "address") return plainValue(column.field, column.read(row, snapshot))
  const owner = column.owner(row, snapshot)
  const { layout } = org.table(column.object.name)
  const parts = column.object.fields.filter((one) => one.compoundFieldName === column.field.name)
  const values = parts.map((one) => [
    lowerFirst(one.compoundPart ?? ""),
    owner?.[layout.place(one.name)] ?? null,
  ])
  return values.every(([, value]) => value === null) ? null : Object.fromEntries(values)
}

function plainValue(field: FieldDescription, value: Value): Value {
  return field.type === "datetime" && value !== null ? restDatetime(value as number) : value
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}

/** Columns for plain field names, for resources that take names and not SOQL. */
export function columnsFor(org: Org, object: ObjectDescription, names: readonly string[]): Column[] {
  return names.map((name) => findColumn(org, object, name, name))
}
