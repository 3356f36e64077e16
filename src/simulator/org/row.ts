import { DmlError } from "./dml_error.ts"
import type { FieldDescription, ObjectDescription } from "./object_description.ts"
import { toId18 } from "./record_id.ts"

/** A stored value: a datetime is epoch milliseconds, a date "2026-11-23", an unset field null. */
export type Value = string | number | boolean | null

/** One version of a record: the stored values in the order of its layout. Never changed once stored. */
export type Row = readonly Value[]

/** A record by flat REST field names; a datetime reads "2026-11-23T10:00:00.000Z", compounds are absent. */
export type OrgRecord = Record<string, Value>

/** Where the values of an object's rows stand. Compounds and derived fields are not stored. */
export class Layout {
  readonly object: ObjectDescription
  readonly fields: readonly FieldDescription[]
  readonly #places: ReadonlyMap<string, number>

  constructor(object: ObjectDescription) {
    this.object = object
    this.fields = object.fields.filter((one) => one.type !== "address" && one.derivedFrom === null)
    this.#places = new Map(this.fields.map((one, place) => [one.name, place]))
  }

  /** The place of a stored field; throws for a name that is not stored. */
  place(name: string): number {
    const place = this.#places.get(name)
    if (place === undefined) throw new Error(`${this.object.name}.${name} is not a stored field`)
    return place
  }

  has(name: string): boolean {
    return this.#places.has(name)
  }

  /** A row without any value: checkboxes false, all else null. */
  empty(): Value[] {
    return this.fields.map((one) => (one.type === "boolean" ? false : null))
  }
}

/**
 * Brings a value given by a caller to its stored form: "" is null, a datetime loses its milliseconds, an
 * id gets 18 characters. Throws DmlError for a value the field cannot hold.
 */
export function toValue(field: FieldDescription, given: unknown): Value {
  if (given === null || given === undefined || given === "") {
    if (field.type === "boolean") return false
    return null
  }
  switch (field.type) {
    case "boolean":
      if (typeof given === "boolean") return given
      break
    case "int":
    case "double":
    case "currency":
    case "percent":
      if (typeof given === "number" && Number.isFinite(given)) return given
      break
    case "datetime": {
      const time =
        given instanceof Date ? given.getTime() : typeof given === "string" ? Date.parse(given) : given
      if (typeof time === "number" && Number.isFinite(time)) return Math.floor(time / 1000) * 1000
      break
    }
    case "date":
      if (typeof given === "string" && /^\d{4}-\d{2}-\d{2}$/.test(given)) return given
      break
    case "id":
    case "reference": {
      const id = typeof given === "string" ? toId18(given) : undefined
      if (id !== undefined) return id
      throw new DmlError("MALFORMED_ID", `${field.label}: id value of incorrect type: ${String(given)}`, [
        field.name,
      ])
    }
    default:
      if (typeof given === "string") {
        if (given.length <= field.length) return given
        const shown = `${field.label}: data value too large: ${given.slice(0, 40)}... (max length=${field.length})`
        throw new DmlError("STRING_TOO_LONG", shown, [field.name])
      }
  }
  throw new DmlError("INVALID_TYPE_ON_FIELD_IN_RECORD", `${field.label}: value not of required type`, [
    field.name,
  ])
}

/** A row as a record by field name, for those who compare a copy with the org. */
export function toRecord(layout: Layout, row: Row): OrgRecord {
  const record: OrgRecord = {}
  for (const [place, field] of layout.fields.entries()) {
    const value = row[place] ?? null
    record[field.name] = field.type === "datetime" && value !== null ? toIso(value as number) : value
  }
  return record
}

/** "2026-11-23T10:00:00.000Z", the form in Bulk results. */
export function toIso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
