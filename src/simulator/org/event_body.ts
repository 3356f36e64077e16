import { createHash } from "node:crypto"
import type { ChangeEvent } from "./change_event.ts"
import type { Draft } from "./draft.ts"
import type { FieldDescription, ObjectDescription } from "./object_description.ts"
import type { Random } from "./random.ts"
import type { Layout, Row, Value } from "./row.ts"

/** A changed text of at least this length may come as a diff (Change Data Capture guide, diffFields). */
const diffFromLength = 1000
const diffChance = 0.5

/** A body with every field of the object's change-event schema, all null. */
export function emptyBody(object: ObjectDescription): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const field of object.fields) {
    if (field.inChangeEvent && field.compoundFieldName === null) body[field.name] = null
  }
  return body
}

/** The body of a CREATE or UNDELETE: all values; a CREATE lacks the fields that Salesforce leaves out. */
export function fullBody(layout: Layout, row: Row, isCreate: boolean): Record<string, unknown> {
  const body = emptyBody(layout.object)
  for (const [place, field] of layout.fields.entries()) {
    const value = row[place] ?? null
    if (!field.inChangeEvent || value === null || (isCreate && !field.inCreateEvent)) continue
    put(body, layout.object, field, eventValue(field, value))
  }
  return body
}

type Parts = Pick<ChangeEvent, "changedFields" | "nulledFields" | "diffFields" | "body">

/**
 * The body of an UPDATE and what it changes. LastModifiedDate is listed whenever the transaction set it, also
 * where it is the same second; a compound that lost all its subfields is listed by its own name alone.
 */
export function changedParts({ table, before, after }: Draft, random: Random): Parts {
  const { layout } = table
  const parts: Parts = { changedFields: [], nulledFields: [], diffFields: [], body: emptyBody(layout.object) }
  const stamp = after?.[layout.place("SystemModstamp")]
  for (const [place, field] of layout.fields.entries()) {
    if (!field.inChangeEvent) continue
    const was = before?.[place] ?? null
    const is = after?.[place] ?? null
    const touched = field.name === "LastModifiedDate" && is === stamp
    if (was === is && !touched) continue
    const name = eventName(field)
    parts.changedFields.push(name)
    if (is === null) parts.nulledFields.push(name)
    const diffed = typeof was === "string" && isDiffed(was, is) && random.chance(diffChance)
    if (diffed) parts.diffFields.push(name)
    put(parts.body, layout.object, field, diffed ? diff(was, is as string) : eventValue(field, is))
  }
  return withNulledCompounds(layout, after ?? [], parts)
}

function isDiffed(was: string, is: Value): boolean {
  return typeof is === "string" && was.length >= diffFromLength && is.length >= diffFromLength
}

/** The name of a field in changedFields: "Name", or "BillingAddress.Street" inside a compound. */
function eventName(field: FieldDescription): string {
  return field.compoundFieldName === null ? field.name : `${field.compoundFieldName}.${field.compoundPart}`
}

/** Sets a value in a body; the first subfield of a compound brings all its others as null. */
function put(
  body: Record<string, unknown>,
  object: ObjectDescription,
  field: FieldDescription,
  value: unknown,
): void {
  const { compoundFieldName, compoundPart } = field
  if (compoundFieldName === null || compoundPart === null) {
    body[field.name] = value
    return
  }
  let compound = body[compoundFieldName] as Record<string, unknown> | null
  if (compound === null) {
    const parts = object.fields.filter((one) => one.compoundFieldName === compoundFieldName)
    compound = Object.fromEntries(parts.map((one) => [one.compoundPart as string, null]))
    body[compoundFieldName] = compound
  }
  compound[compoundPart] = value
}

function eventValue(field: FieldDescription, value: Value): Value {
  return field.type === "date" && typeof value === "string" ? Date.parse(value) : value
}

/** Where every subfield is null now and some were not, the compound stands for all of them. */
function withNulledCompounds(layout: Layout, after: Row, parts: Parts): Parts {
  for (const compound of layout.object.fields) {
    if (compound.type !== "address") continue
    const prefix = `${compound.name}.`
    if (!parts.changedFields.some((name) => name.startsWith(prefix))) continue
    const subfields = layout.fields.filter((one) => one.compoundFieldName === compound.name)
    if (subfields.some((one) => (after[layout.place(one.name)] ?? null) !== null)) continue
    const others = (names: string[]) => [...names.filter((name) => !name.startsWith(prefix)), compound.name]
    parts.changedFields = others(parts.changedFields)
    parts.nulledFields = others(parts.nulledFields)
    parts.body[compound.name] = null
  }
  return parts
}

/** The unified diff that stands for a long text: whole lines out and in, and the new text's SHA-256. */
function diff(was: string, is: string): string {
  const hash = createHash("sha256").update(is).digest("hex")
  const [removed, added] = [was.split("\n"), is.split("\n")]
  const hunk = `@@ -1,${removed.length} +1,${added.length} @@`
  const lines = [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)]
  return `--- \n+++ ${hash}\n${hunk}\n${lines.join("\n")}`
}
