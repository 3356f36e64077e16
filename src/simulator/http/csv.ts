import type { FieldDescription } from "../org/object_description.ts"
import { type Row, toIso, type Value } from "../org/row.ts"
import type { Snapshot } from "../org/snapshot.ts"
import { bytesOf } from "../org/text_bytes.ts"
import type { Column } from "../soql/columns.ts"

/** The column delimiters of the Bulk API by their names there. */
export const delimiters: Record<string, string> = {
  COMMA: ",",
  PIPE: "|",
  TAB: "\t",
  SEMICOLON: ";",
  CARET: "^",
  BACKQUOTE: "`",
}

/** How a job wants its CSV. */
export interface CsvFormat {
  delimiter: string
  lineEnd: "\n" | "\r\n"
}

/** Large enough to make few chunks, small enough to be garbage soon. */
const chunkCharacters = 64 * 1024

/**
 * Rows as Salesforce's Bulk API writes them: a header row, every value in quotes, nulls as `""`. Yields
 * pieces of about 64 kB, so that a page is never in memory as a whole.
 */
export function* csvPieces(
  columns: readonly Column[],
  rows: readonly Row[],
  [from, to]: readonly [number, number],
  snapshot: Snapshot,
  { delimiter, lineEnd }: CsvFormat,
): Generator<Buffer> {
  const between = `"${delimiter}"`
  const writers = columns.map(({ field, read }) => ({ write: writerOf(field), read }))
  let text = `"${columns.map((column) => column.path).join(between)}"${lineEnd}`
  for (let index = from; index < to; index++) {
    const row = rows[index] as Row
    let line = '"'
    for (let place = 0; place < writers.length; place++) {
      const { write, read } = writers[place] as (typeof writers)[number]
      const value = read(row, snapshot)
      if (place > 0) line += between
      if (value !== null) line += write(value)
    }
    text += `${line}"${lineEnd}`
    if (text.length < chunkCharacters) continue
    yield bytesOf(text)
    text = ""
  }
  if (text !== "") yield bytesOf(text)
}

function writerOf(field: FieldDescription): (value: Value) => string {
  switch (field.type) {
    case "datetime":
      return datetimeWriter()
    case "double":
    case "currency":
    case "percent":
      return (value) => javaDouble(value as number)
    case "boolean":
    case "int":
    case "id":
    case "reference":
    case "date":
      return String
    default:
      return (value) => {
        const text = value as string
        return text.includes('"') ? text.replaceAll('"', '""') : text
      }
  }
}

/** Neighbouring rows often have equal stamps, and formatting one is slow. */
function datetimeWriter(): (value: Value) => string {
  let last: Value = null
  let written = ""
  return (value) => {
    if (value !== last) {
      last = value
      written = toIso(value as number)
    }
    return written
  }
}

/** A double as Java prints it: "100.0", and "1.25E7" from ten million on. */
function javaDouble(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e7 || size < 1e-3)) {
    const [digits = "", exponent] = value.toExponential().split("e")
    return `${digits.includes(".") ? digits : `${digits}.0`}E${Number(exponent)}`
  }
  return Number.isInteger(value) ? `${value}.0` : String(value)
}
