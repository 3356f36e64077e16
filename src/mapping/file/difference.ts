import type { FieldsWish } from "../fields.ts"
import type { Wish } from "../plan.ts"
import type { MirroredObject } from "./mirrored.ts"
import type { Fault, ReadMapping } from "./read.ts"
import type { ObjectMapping } from "./schema.ts"

/** A step from the database to the file. Names of what is to be added are the file's, in any case. */
export type Change =
  | { change: "remove_object"; object: string }
  | { change: "remove_fields"; object: string; fields: string[] }
  /** The name is that of the field in the file. */
  | { change: "rename_field"; object: string; field: string; column: string; name: string }
  /** Of one field, and the column that another one fills, which the file does not have. */
  | { change: "map_column"; wish: FieldsWish }
  | { change: "change_poll"; object: string; before: string | null; poll: string }
  | { change: "keep_history"; object: string; kept: boolean }
  | { change: "add_object"; wish: Wish }
  | { change: "add_fields"; wish: FieldsWish }
  /** Null: it has a view no more. The object is named as in the file, as it may be added before. */
  | { change: "change_view"; object: string; schema: string | null }
  | { change: "change_indexes"; object: string; schema: string | null; fields: string[]; gone: string[] }

/** What is in the database and not in the file. */
export type Left =
  | { object: string; table: string }
  | { object: string; field: string; column: string }
  | { object: string; index: string }
  | { object: string; compatible_schema: string }

/** How the database differs from a file. */
export interface Difference {
  /** In the order in which they can be done; added objects as the file has them. */
  changes: Change[]
  left: Left[]
  faults: Fault[]
}

/** What cannot be changed of an object that is mirrored. */
const settled = ["table", "keep", "parent", "where"] as const

/** @param prune whether what is not in the file goes */
export function findDifference(
  file: ReadMapping,
  mirrored: readonly MirroredObject[],
  prune: boolean,
): Difference {
  const listed = Object.entries<ObjectMapping>(file.objects).map(([name, wanted]) => {
    const key = name.toLowerCase()
    return { name, wanted, held: mirrored.find(({ object }) => object.toLowerCase() === key) }
  })
  const changes: Change[] = []
  const left: Left[] = []
  const faults: Fault[] = []

  // Children before their parents.
  for (const { object, table } of mirrored.toReversed()) {
    if (listed.some(({ held }) => held?.object === object)) continue
    if (prune) changes.push({ change: "remove_object", object })
    else left.push({ object, table })
  }
  for (const { name, wanted, held } of listed) {
    for (const field of Object.keys(wanted.fields ?? {})) {
      if (field.toLowerCase() !== "id") continue
      const message = `${name}.${field}: that is the key, which has its column already: take it out`
      faults.push({ line: file.lineOf(name, "fields", field), message })
    }
    if (held === undefined) continue
    for (const key of settled) {
      const [said, is] = [wanted[key], held[key]]
      // Names are taken in any case, and so they are in a condition; its values are not.
      const isSame = key === "where" ? said?.trim() === is : said?.toLowerCase() === is?.toLowerCase()
      if (said === undefined || isSame) continue
      const message = `${name}.${key}: the file says ${said}, and ${held.object} is mirrored with ${is ?? "none"}, which stays so while it is mirrored`
      faults.push({ line: file.lineOf(name, key), message })
    }
    const { object, poll: before } = held
    if (wanted.poll !== undefined && minutes(wanted.poll) !== minutes(before ?? ""))
      changes.push({ change: "change_poll", object, before, poll: wanted.poll })
    if (wanted.history !== undefined && wanted.history !== held.history)
      changes.push({ change: "keep_history", object, kept: wanted.history })
    const { missing, remapped, renamed, surplus } = compareFields(wanted, held)
    if (prune && surplus.length > 0) {
      const fields = [...new Set(surplus.map(({ field }) => field))]
      changes.push({ change: "remove_fields", object: held.object, fields })
    } else left.push(...surplus.map((one) => ({ object: held.object, ...one })))
    for (const [field, column] of remapped)
      changes.push({ change: "map_column", wish: { object, fields: [field], column } })
    for (const one of renamed) changes.push({ change: "rename_field", object: held.object, ...one })
    if (missing.length > 0)
      changes.push({ change: "add_fields", wish: { object: held.object, ...fieldsOf(missing) } })
  }
  for (const { name, wanted, held } of listed) {
    if (held === undefined) {
      const { fields, indexes: _indexes, compatible_schema: _schema, ...more } = wanted
      const wished = fields === undefined ? {} : fieldsOf(Object.entries(fields))
      changes.push({ change: "add_object", wish: { object: name, ...wished, ...more } })
    }
    const around = compareSurroundings(held?.object ?? name, wanted, held, prune)
    changes.push(...around.changes)
    left.push(...around.left)
  }
  const order = [
    "remove_object",
    "remove_fields",
    "map_column",
    "rename_field",
    "change_poll",
    "add_object",
    "add_fields",
    "change_view",
    "change_indexes",
    "keep_history",
  ]
  return {
    changes: changes.sort((a, b) => order.indexOf(a.change) - order.indexOf(b.change)),
    left,
    faults,
  }
}

/** What a time such as 5m, 2h or 1d comes to; 0 where there is none. */
function minutes(time: string): number {
  return Number.parseInt(time || "0", 10) * (time.endsWith("d") ? 1440 : time.endsWith("h") ? 60 : 1)
}

type Entry = [field: string, column: string | true]

function compareFields({ fields }: ObjectMapping, held: MirroredObject) {
  const isOf = (name: string) => (one: { field: string }) => one.field.toLowerCase() === name.toLowerCase()
  const entries: Entry[] = Object.entries(fields ?? {}).filter(([field]) => field.toLowerCase() !== "id")
  const missing = entries.filter(([name]) => !held.fields.some(isOf(name)))
  const isKept = (field: string) => field === held.parent || held.filtered.includes(field)
  // Without fields the file leaves them all as they are; the parent's, and the filter's, have columns whether they are wished or not.
  const surplus =
    fields === undefined
      ? []
      : held.fields.filter((one) => !isKept(one.field) && !entries.some(([name]) => isOf(name)(one)))
  const isSurplus = (column: string | true) => surplus.some((one) => one.column === column)
  return {
    missing: missing.filter(([, column]) => !isSurplus(column)),
    remapped: missing.filter((one): one is [string, string] => isSurplus(one[1])),
    renamed: entries.flatMap(([name, column]) => {
      const columns = held.fields.filter(isOf(name))
      const isRight = column === true || columns.length === 0 || columns.some((one) => one.column === column)
      return isRight ? [] : [{ field: columns[0]?.field as string, column, name }]
    }),
    surplus: surplus.filter((one) => !missing.some(([, column]) => column === one.column)),
  }
}

/** The view of an object for readers that Heroku Connect had before, and indexes; of an object that is not mirrored yet, too. */
function compareSurroundings(
  object: string,
  { indexes = [], compatible_schema: wanted }: ObjectMapping,
  held: MirroredObject | undefined,
  prune: boolean,
): Pick<Difference, "changes" | "left"> {
  const changes: Change[] = []
  const left: Left[] = []
  const before = held?.compatible_schema ?? null
  const schema = wanted ?? (prune ? null : before)
  if (schema !== before || (wanted !== undefined && held?.lacks_view))
    changes.push({ change: "change_view", object, schema })
  else if (wanted === undefined && before !== null) left.push({ object, compatible_schema: before })
  const isIn = (names: readonly string[]) => (name: string) =>
    names.some((one) => one.toLowerCase() === name.toLowerCase())
  const surplus = (held?.indexes ?? []).filter((one) => !isIn(indexes)(one))
  // Where the view is another, so is what an index of a number or of a time is over.
  const fields = indexes.filter((one) => schema !== before || !isIn(held?.indexed ?? [])(one))
  const gone = prune ? surplus : []
  if (!prune) left.push(...surplus.map((index) => ({ object, index })))
  if (fields.length > 0 || gone.length > 0)
    changes.push({ change: "change_indexes", object, schema, fields, gone })
  return { changes, left }
}

function fieldsOf(entries: readonly Entry[]): { fields: string[]; columns: Record<string, string> } {
  return {
    fields: entries.map(([field]) => field),
    columns: Object.fromEntries(entries.filter((one): one is [string, string] => one[1] !== true)),
  }
}
