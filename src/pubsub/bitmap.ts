import { EventDefect } from "./defect.ts"
import type { BodyField, EventSchema, FlatField } from "./schema.ts"

/** What a set of bitmaps selects of one body field. */
export interface Selected {
  /** The field's own bit is set. */
  whole: boolean
  /** Subfields whose bits are set in the field's nested bitmap. */
  parts: ReadonlySet<FlatField>
}

/**
 * Reads changedFields, nulledFields or diffFields of a header: "0x800000" (bit i from the right is field i
 * of the event's schema) and "6-0x01" (subfields of field 6). A nested bitmap may stand alone.
 * Throws `EventDefect` for a text that is no bitmap, or that reaches beyond the schema.
 */
export function readBitmaps(bitmaps: readonly string[], schema: EventSchema): Map<BodyField, Selected> {
  const selected = new Map<BodyField, { whole: boolean; parts: Set<FlatField> }>()
  const entry = (field: BodyField) => {
    const known = selected.get(field) ?? { whole: false, parts: new Set<FlatField>() }
    selected.set(field, known)
    return known
  }
  for (const bitmap of bitmaps) {
    const match = /^(?:(\d{1,6})-)?0x([0-9A-Fa-f]+)$/.exec(bitmap)
    if (!match) throw malformed(bitmap, "is not of the form 0x... or N-0x...")
    const [, parent, digits = ""] = match
    if (parent === undefined) {
      for (const bit of bitsOf(digits)) entry(bodyFieldAt(schema, bit, bitmap)).whole = true
      continue
    }
    const field = bodyFieldAt(schema, Number(parent), bitmap)
    if (!field.parts) throw malformed(bitmap, `names subfields of ${field.name}, which has none`)
    for (const bit of bitsOf(digits)) {
      const part = field.parts[bit]
      if (!part)
        throw malformed(bitmap, `names subfield ${bit} of ${field.name}, which has ${field.parts.length}`)
      entry(field).parts.add(part)
    }
  }
  return selected
}

/** Flat REST names of what is selected; a whole compound stands for all its subfields. */
export function selectedNames(selected: ReadonlyMap<BodyField, Selected>): string[] {
  const names = new Set<string>()
  for (const [field, { whole, parts }] of selected) {
    if (whole && (!field.parts || field.textOrParts)) names.add(field.name)
    else if (whole) for (const part of field.parts ?? []) names.add(part.name)
    for (const part of parts) names.add(part.name)
  }
  return [...names]
}

function bodyFieldAt(schema: EventSchema, index: number, bitmap: string): BodyField {
  const field = schema.body[index - 1]
  if (field) return field
  if (index === 0) throw malformed(bitmap, "names the header as a changed field")
  throw malformed(
    bitmap,
    `names field ${index} of ${schema.name}, whose schema ${schema.id} has ${schema.body.length}`,
  )
}

/** Positions of the set bits, from the right, one hex digit at a time: a bitmap may be of any length. */
function* bitsOf(digits: string): Generator<number> {
  for (let at = digits.length - 1, base = 0; at >= 0; at--, base += 4) {
    const digit = Number.parseInt(digits.charAt(at), 16)
    for (let bit = 0; bit < 4; bit++) if (digit & (1 << bit)) yield base + bit
  }
}

function malformed(bitmap: string, what: string): EventDefect {
  return new EventDefect("malformed-bitmap", `The bitmap ${JSON.stringify(bitmap.slice(0, 80))} ${what}`)
}
