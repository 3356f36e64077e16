import avro from "avsc"
import { EventDefect } from "./defect.ts"
import { longAsBigInt, readOptions } from "./schema.ts"

/** Kinds of change, as in the Avro enum `ChangeType` of every change event. */
export type ChangeType = (typeof changeTypes)[number]

const changeTypes = [
  "CREATE",
  "UPDATE",
  "DELETE",
  "UNDELETE",
  "GAP_CREATE",
  "GAP_UPDATE",
  "GAP_DELETE",
  "GAP_UNDELETE",
  "GAP_OVERFLOW",
  "SNAPSHOT",
] as const

const strings = { type: "array", items: "string" } as const

/** Schema of `ChangeEventHeader`, the same in every change event recorded from real orgs. */
export const headerSchema = {
  type: "record",
  name: "ChangeEventHeader",
  fields: [
    { name: "entityName", type: "string" },
    { name: "recordIds", type: strings },
    { name: "changeType", type: { type: "enum", name: "ChangeType", symbols: [...changeTypes] } },
    { name: "changeOrigin", type: "string" },
    { name: "transactionKey", type: "string" },
    { name: "sequenceNumber", type: "int" },
    { name: "commitTimestamp", type: "long" },
    { name: "commitNumber", type: "long" },
    { name: "commitUser", type: "string" },
    { name: "nulledFields", type: strings },
    { name: "diffFields", type: strings },
    { name: "changedFields", type: strings },
  ],
} satisfies avro.Schema

/** For events whose own schema cannot be had: their header is readable all the same. */
export const standardHeaderFields: readonly { name: string; type: avro.Type }[] = (
  avro.Type.forSchema(headerSchema, readOptions()) as avro.types.RecordType
).fields

/** What was readable of a header, by Avro field name, and where the body starts. */
export interface RawHeader {
  values: ReadonlyMap<string, unknown>
  /** Offset of the body; null when the header is damaged, and `defect` says how. */
  bodyAt: number | null
  defect: EventDefect | null
}

/** Reads the header field by field, so that what stands before a damage is kept. */
export function readHeader(payload: Buffer, fields: readonly { name: string; type: avro.Type }[]): RawHeader {
  const values = new Map<string, unknown>()
  let at = 0
  for (const { name, type } of fields) {
    try {
      const isArray = type.typeName === "array"
      const { value, offset } = isArray ? readArray(type, payload, at) : type.decode(payload, at)
      if (offset < 0) throw new Error("the payload ends too early")
      values.set(name, value)
      at = offset
    } catch (error) {
      const message = `Header field ${name} cannot be read: ${(error as Error).message}`
      return { values, bodyAt: null, defect: new EventDefect("undecodable", message) }
    }
  }
  return { values, bodyAt: at, defect: null }
}

/** avsc believes any item count: a damaged payload would have it allocate until the process dies. */
function readArray(type: avro.Type, payload: Buffer, start: number): { value: unknown[]; offset: number } {
  const { itemsType } = type as avro.types.ArrayType
  const value: unknown[] = []
  let at = start
  const next = (of: avro.Type): unknown => {
    const item = of.decode(payload, at)
    if (item.offset < at) throw new Error("the payload ends too early")
    at = item.offset
    return item.value
  }
  for (;;) {
    let count = next(longAsBigInt) as bigint
    if (count === 0n) return { value, offset: at }
    if (count < 0n) {
      count = -count
      next(longAsBigInt)
    }
    if (count > BigInt(payload.length - at)) throw new Error(`it claims ${count} items`)
    for (let item = 0; item < count; item++) value.push(next(itemsType))
  }
}

/** The change type, or null for one this service does not know. */
export function knownChangeType(value: unknown): ChangeType | null {
  return changeTypes.find((known) => known === value) ?? null
}
