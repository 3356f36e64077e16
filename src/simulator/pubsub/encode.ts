import type avro from "avsc"
import { longAsBigInt } from "../../pubsub/schema.ts"
import type { ChangeEvent } from "../org/change_event.ts"
import type { ComposedSchema } from "./schema.ts"

const dayMs = 86_400_000

/**
 * The Avro bytes of a change event. The documentation does not give the unit of dates: events with an odd
 * sequence number carry days since 1970, the others milliseconds.
 */
export function encodeEvent(event: ChangeEvent, { type, json }: ComposedSchema): Buffer {
  const bitmaps = (names: readonly string[]) => encodeBitmaps(names, type)
  const header = {
    ...event,
    commitTimestamp: BigInt(event.commitTimestamp),
    changedFields: bitmaps(event.changedFields),
    nulledFields: bitmaps(event.nulledFields),
    diffFields: bitmaps(event.diffFields),
  }
  const dates = dateFields(json)
  const record: Record<string, unknown> = { ChangeEventHeader: header }
  for (const field of type.fields.slice(1)) {
    const value = avroValue(field.type, event.body[field.name] ?? null)
    const inDays = typeof value === "bigint" && dates.has(field.name) && event.sequenceNumber % 2 === 1
    record[field.name] = inDays ? value / BigInt(dayMs) : value
  }
  return type.toBuffer(record)
}

/**
 * Field names ("Name", "BillingAddress.Street") as the bitmaps of a header: upper case, whole bytes, no more
 * of them than needed. What already is a bitmap stays as it is, so that wrong ones can be sent.
 */
function encodeBitmaps(names: readonly string[], type: avro.types.RecordType): string[] {
  const raw = names.filter((name) => /^(\d+-)?0x/.test(name))
  const bits = new Map<number | null, bigint>()
  const set = (parent: number | null, bit: number) =>
    bits.set(parent, (bits.get(parent) ?? 0n) | (1n << BigInt(bit)))
  for (const name of names) {
    if (raw.includes(name)) continue
    const [top = "", part] = name.split(".")
    const parent = type.fields.findIndex((field) => field.name === top)
    const field = type.fields[parent]
    if (!field) continue
    if (part === undefined) set(null, parent)
    else set(parent, recordIn(field.type)?.fields.findIndex((subfield) => subfield.name === part) ?? 0)
  }
  const order = [...bits.keys()].sort((a, b) => (a ?? -1) - (b ?? -1))
  return [...order.map((parent) => bitmap(parent, bits.get(parent) ?? 0n)), ...raw]
}

function bitmap(parent: number | null, bits: bigint): string {
  const digits = bits.toString(16).toUpperCase()
  const bytes = digits.length % 2 === 0 ? digits : `0${digits}`
  return parent === null ? `0x${bytes}` : `${parent}-0x${bytes}`
}

function branchesOf(type: avro.Type): avro.Type[] {
  return (type as avro.types.UnwrappedUnionType).types ?? [type]
}

function recordIn(type: avro.Type): avro.types.RecordType | undefined {
  return branchesOf(type).find((branch) => branch.typeName === "record") as avro.types.RecordType | undefined
}

/** Numbers of long fields as BigInt, and records with every subfield, as avsc wants them. */
function avroValue(type: avro.Type, value: unknown): unknown {
  if (value === null) return null
  if (typeof value === "number" && branchesOf(type).includes(longAsBigInt)) return BigInt(Math.trunc(value))
  const record = recordIn(type)
  if (!record || typeof value !== "object") return value
  const parts = value as Record<string, unknown>
  return Object.fromEntries(
    record.fields.map(({ name, type: of }) => [name, avroValue(of, parts[name] ?? null)]),
  )
}

const knownDateFields = new Map<string, ReadonlySet<string>>()

function dateFields(json: string): ReadonlySet<string> {
  const known = knownDateFields.get(json)
  if (known) return known
  const { fields } = JSON.parse(json) as { fields: { name: string; doc?: string }[] }
  const dates = new Set(fields.filter(({ doc }) => doc?.startsWith("Data:DateOnly")).map(({ name }) => name))
  knownDateFields.set(json, dates)
  return dates
}
