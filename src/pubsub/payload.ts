import { firstUnstorable } from "../base/unstorable.ts"
import type { Selected } from "./bitmap.ts"
import { EventDefect, unstorableText } from "./defect.ts"
import type { BodyField, FlatField, ValueFormat } from "./schema.ts"

type Body = Readonly<Record<string, unknown>>

const dayMs = 86_400_000

/**
 * Collects the canonical payload of one event (docs/mapping.md): flat REST names, JSON values,
 * empty and absent as null.
 */
export class CanonicalPayload {
  readonly #keep: ReadonlySet<string> | null
  readonly #members = new Map<string, string>()
  readonly #inexact = new Set<string>()

  /** `keep`: names of the fields that may be stored; null for all. */
  constructor(keep: ReadonlySet<string> | null) {
    this.#keep = keep
  }

  /** Names of the fields in the payload. */
  get names(): string[] {
    return [...this.#members.keys()]
  }

  /** Names of the fields whose exact value the event cannot tell: the record is to be re-read. */
  get inexactFields(): string[] {
    return [...this.#inexact]
  }

  /** The JSON object. */
  toString(): string {
    const members: string[] = []
    for (const [name, value] of this.#members) members.push(`${JSON.stringify(name)}:${value}`)
    return `{${members.join(",")}}`
  }

  /** Takes every field of a CREATE or UNDELETE, nulls included. */
  addAll(fields: readonly BodyField[], body: Body): void {
    for (const field of fields) {
      const value = body[field.avroName]
      if (!field.parts) {
        this.#set(field, value)
        continue
      }
      const record = isRecord(value) ? value : null
      for (const part of field.parts) this.#set(part, record?.[part.avroName])
      if (!field.textOrParts) continue
      if (record) this.#doubt(field)
      else this.#set(field, value)
    }
  }

  /**
   * Takes what an UPDATE changed. Null in a whole compound is ambiguous (unchanged subfields are null
   * too): such a subfield is changed only where nulledFields says so, and in doubt otherwise.
   */
  addChanged(
    changed: ReadonlyMap<BodyField, Selected>,
    nulled: ReadonlyMap<BodyField, Selected>,
    body: Body,
  ): void {
    for (const selection of [changed, nulled]) {
      for (const [field, selected] of selection) {
        this.#addSelected(field, selected, nulled.get(field), body[field.avroName])
      }
    }
  }

  #addSelected(field: BodyField, changed: Selected, nulled: Selected | undefined, value: unknown): void {
    if (!field.parts || (field.textOrParts && changed.whole && !isRecord(value))) {
      this.#set(field, nulled?.whole ? null : value)
      return
    }
    const record = isRecord(value) ? value : null
    for (const part of field.parts) {
      const partNulled = nulled?.whole || nulled?.parts.has(part)
      const content = partNulled ? null : record?.[part.avroName]
      const settled = changed.parts.has(part) || partNulled || record === null || isPresent(content)
      if (!changed.whole && !changed.parts.has(part)) continue
      if (settled) this.#set(part, content)
      else this.#doubt(part)
    }
    if (field.textOrParts) this.#doubt(field)
  }

  #keeps(name: string): boolean {
    return this.#keep === null || this.#keep.has(name)
  }

  #doubt(field: FlatField): void {
    if (this.#keeps(field.name)) this.#inexact.add(field.name)
  }

  #set(field: FlatField, value: unknown): void {
    if (!this.#keeps(field.name) || this.#members.has(field.name)) return
    if (typeof value === "number" && significantDigits(value) > 15) this.#inexact.add(field.name)
    this.#members.set(field.name, jsonText(field, value))
  }
}

function isRecord(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Buffer.isBuffer(value)
}

function isPresent(value: unknown): boolean {
  return value !== null && value !== undefined && value !== ""
}

function jsonText(field: FlatField, value: unknown): string {
  if (!isPresent(value)) return "null"
  switch (typeof value) {
    case "string": {
      const unstorable = firstUnstorable(value)
      if (unstorable !== null) throw unstorableText(field.name, unstorable)
      return JSON.stringify(value)
    }
    case "bigint":
      return field.format === "plain" ? value.toString() : JSON.stringify(timeText(field, value))
    case "boolean":
      return value ? "true" : "false"
    case "number":
      if (!Number.isFinite(value)) throw outOfRange(field.name, String(value), "a JSON number")
      return JSON.stringify(value)
    default:
      throw new EventDefect("undecodable", `${field.name} holds a value of a kind no change event has`)
  }
}

function timeText(field: { name: string; format: ValueFormat }, value: bigint): string {
  const number = Number(value)
  if (field.format === "time") {
    if (number < 0 || number >= dayMs) throw outOfRange(field.name, String(value), "a time of day")
    return new Date(number).toISOString().slice(11)
  }
  // DateOnly is epoch milliseconds or days since 1970, by its size: no org has dates near year 237,000.
  const isDays = field.format === "date" && Math.abs(number) < dayMs
  const date = new Date(isDays ? number * dayMs : number)
  const year = date.getUTCFullYear()
  if (!(year >= 1 && year <= 9999)) throw outOfRange(field.name, String(value), `a ${field.format}`)
  const text = date.toISOString()
  return field.format === "date" ? text.slice(0, 10) : text
}

function outOfRange(name: string, value: string, what: string): EventDefect {
  return new EventDefect("value-out-of-range", `${name} holds ${value}, which is not ${what}`)
}

/** Decimal digits of the shortest text that reads back as the same double. */
function significantDigits(value: number): number {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return 1
  const digits = value.toExponential().replace(/e.*$/, "").replace(/\D/g, "")
  return digits.length
}
