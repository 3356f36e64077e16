import type { FieldDescription, ObjectDescription } from "../org/object_description.ts"
import type { Org } from "../org/org.ts"
import type { Row, Value } from "../org/row.ts"
import type { Snapshot } from "../org/snapshot.ts"
import { SoqlError } from "./soql_error.ts"

/** A field of a query, found in the org: its full name and how to read it from a row. */
export interface Column {
  /** As describe writes it: "Name", "Product2.ProductCode". */
  path: string
  /** ["Name"], or the relationship and the parent's field: ["Product2", "ProductCode"]. */
  names: readonly string[]
  /** The object the field belongs to: the parent for a field reached through a relationship. */
  object: ObjectDescription
  field: FieldDescription
  read(row: Row, snapshot: Snapshot): Value
  /** The parent row for a field reached through a relationship; the row itself otherwise. */
  owner(row: Row, snapshot: Snapshot): Row | null
}

/** The fields the integration user may read, by name in lower case. */
export function readableFields(org: Org, object: ObjectDescription): Map<string, FieldDescription> {
  const hidden = new Set<string | null>()
  for (const { settings } of org.faults.active("field.permission")) {
    if (settings.object === object.name) hidden.add(settings.field)
  }
  const readable = object.fields.filter(
    (field) => !hidden.has(field.name) && !hidden.has(field.compoundFieldName),
  )
  return new Map(readable.map((field) => [field.name.toLowerCase(), field]))
}

/** Finds a field of a query by its path ("Name", "Product2.ProductCode"), in any case of letters. */
export function findColumn(org: Org, object: ObjectDescription, path: string, query: string): Column {
  const names = path.split(".")
  if (names.length > 2) {
    throw new SoqlError(
      "INVALID_FIELD",
      marked(query, path, "Relationships of more than one level are not simulated."),
    )
  }
  const name = names.at(-1) as string
  if (names.length === 1) return ownColumn(org, object, name, query, path)
  const link = [...readableFields(org, object).values()].find(
    (field) => field.relationshipName?.toLowerCase() === names[0]?.toLowerCase(),
  )
  const parent = link === undefined ? undefined : org.objects.get(link.referenceTo[0] ?? "")
  if (link?.relationshipName == null || parent === undefined) {
    const message = `Didn't understand relationship '${names[0]}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`
    throw new SoqlError("INVALID_FIELD", marked(query, path, message))
  }
  const place = org.table(object.name).layout.place(link.name)
  const column = ownColumn(org, parent, name, query, path)
  const owner = (row: Row, snapshot: Snapshot) => {
    const id = row[place]
    return typeof id === "string" ? snapshot.row(parent.name, id) : null
  }
  return {
    ...column,
    path: `${link.relationshipName}.${column.path}`,
    names: [link.relationshipName, column.path],
    owner,
    read(row, snapshot) {
      const found = owner(row, snapshot)
      return found === null ? null : column.read(found, snapshot)
    },
  }
}

function ownColumn(org: Org, object: ObjectDescription, name: string, query: string, path: string): Column {
  const field = readableFields(org, object).get(name.toLowerCase())
  if (field === undefined) {
    const message = `No such column '${name}' on entity '${object.name}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`
    throw new SoqlError("INVALID_FIELD", marked(query, path, message))
  }
  const column = { path: field.name, names: [field.name], object, field, owner: (row: Row) => row }
  const { layout } = org.table(object.name)
  if (field.type === "address") return { ...column, read: () => null }
  if (field.derivedFrom === null) {
    const place = layout.place(field.name)
    return { ...column, read: (row) => row[place] ?? null }
  }
  const link = object.byName.get(field.derivedFrom.reference)
  const parent = link?.referenceTo[0] as string
  const linkPlace = layout.place(field.derivedFrom.reference)
  const parentPlace = org.table(parent).layout.place(field.derivedFrom.field)
  return {
    ...column,
    read: (row, snapshot) => snapshot.row(parent, row[linkPlace] as string)?.[parentPlace] ?? null,
  }
}

/** Salesforce's way to point at a name in a query. */
function marked(query: string, name: string, message: string): string {
  const line = query.replace(/\s+/g, " ")
  const at = Math.max(0, line.search(new RegExp(`\\b${name.replace(/\W/g, "\\$&")}\\b`)))
  const before = line.slice(Math.max(0, at - 20), at)
  const shown = `${before}${line.slice(at, at + 30)}`
  return `\n${shown}\n${" ".repeat(before.length)}^\nERROR at Row:1:Column:${at + 1}\n${message}`
}
