import avro from "avsc"
import { markBytes } from "../base/unstorable.ts"

/**
 * Avro longs as BigInt, so that commit numbers beyond 2^53 are not rounded. Used by the decoder and by
 * the simulator's encoder.
 */
export const longAsBigInt = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(value)
    return bytes
  },
  fromJSON: (value: number) => BigInt(value),
  toJSON: (value: bigint) => Number(value),
  isValid: (value: unknown) => typeof value === "bigint",
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
})

/** Avro strings whose bytes need not be UTF-8: avsc puts U+FFFD for what is not, and here it is marked (see `mark`). */
class MarkedString extends avro.types.StringType {
  /** avsc's own way to read a value; undefined where the payload ends too early. */
  _read(tap: { readBytes(): Buffer | undefined }): string | undefined {
    const bytes = tap.readBytes()
    return bytes && markBytes(bytes).toString("utf8")
  }
}

const readTypes: Readonly<Record<string, avro.Type>> = { long: longAsBigInt, string: new MarkedString() }

/** Options of avsc to read change events with; new ones each time, as avsc keeps the names of a schema in them. */
export function readOptions(namespace = ""): Partial<avro.ForSchemaOptions> {
  return {
    namespace,
    typeHook(schema) {
      const name = typeof schema === "string" ? schema : (schema as { type?: unknown }).type
      return typeof name === "string" ? readTypes[name] : undefined
    },
  }
}

/** How a value is written in the canonical payload; from the Avro type and `doc`. */
export type ValueFormat = "plain" | "datetime" | "date" | "time"

/** One value of the canonical payload. */
export interface FlatField {
  /** Name in its Avro record: "Name", "Street". */
  avroName: string
  /** Name as REST has it: "Name", "BillingStreet", "Site__Latitude__s". */
  name: string
  format: ValueFormat
}

/** One body field of a change event. */
export interface BodyField extends FlatField {
  /** Position in the event's Avro record; the header is 0, so the first body field is 1. */
  index: number
  /** The subfields where the field is, or can be, a record (address, geolocation, person name). */
  parts: FlatField[] | null
  /** True where REST has the field as a text beside its parts: the Name of an Account or a Contact. */
  textOrParts: boolean
}

/** A change-event schema made ready for decoding. */
export interface EventSchema {
  id: string
  /** "Product2ChangeEvent" */
  name: string
  headerFields: readonly { name: string; type: avro.Type }[]
  /** Decodes what follows the header. */
  bodyType: avro.Type
  body: readonly BodyField[]
}

/** The schema came, but is not that of a change event; asking again will not help. */
export class UnusableSchemaError extends Error {}

interface RecordSchema {
  type: "record"
  name: string
  namespace?: string
  fields: { name: string; type: unknown; doc?: string }[]
}

const headerName = "ChangeEventHeader"

/** Reads a schema as GetSchema answers it. Throws `UnusableSchemaError` when it is no change event's. */
export function parseEventSchema(id: string, json: string): EventSchema {
  try {
    const schema = JSON.parse(json) as RecordSchema
    const [header, ...fields] = schema.fields
    if (header?.name !== headerName) throw new Error(`its first field is not ${headerName}`)
    const options = readOptions(schema.namespace)
    const headerType = avro.Type.forSchema(header.type as avro.Schema, options) as avro.types.RecordType
    const bodySchema = { ...schema, name: `${schema.name}Body`, fields } as avro.Schema
    const bodyType = avro.Type.forSchema(bodySchema, options) as avro.types.RecordType
    const body = bodyType.fields.map((field, at) => bodyField(field, at + 1, fields[at]?.doc ?? ""))
    return { id, name: schema.name, headerFields: headerType.fields, bodyType, body }
  } catch (error) {
    const cause = (error as Error).message
    throw new UnusableSchemaError(`Schema ${id} cannot be used to decode change events: ${cause}`)
  }
}

function bodyField(field: avro.types.Field, index: number, doc: string): BodyField {
  const branches = (field.type as avro.types.UnwrappedUnionType).types ?? [field.type]
  const record = branches.find((branch) => branch.typeName === "record") as avro.types.RecordType | undefined
  return {
    index,
    avroName: field.name,
    name: field.name,
    format: valueFormat(doc, branches),
    parts: record?.fields.map((part) => flatPart(field.name, part.name)) ?? null,
    textOrParts: field.name === "Name" || branches.some((branch) => branch.typeName === "string"),
  }
}

/** `doc` is "Data:DateTime", "CreatedDate:DateTime", "Data:DateOnly:00N...": the second word is the type. */
function valueFormat(doc: string, branches: avro.Type[]): ValueFormat {
  if (!branches.includes(longAsBigInt)) return "plain"
  const type = doc.split(":")[1]
  if (type === "DateTime") return "datetime"
  if (type === "DateOnly") return "date"
  if (type === "TimeOnly") return "time"
  return "plain"
}

/** BillingAddress.Street is BillingStreet in REST, Site__c.Latitude is Site__Latitude__s. */
function flatPart(compound: string, part: string): FlatField {
  const custom = /^(.+?)__(p?)c$/.exec(compound)
  if (custom)
    return { avroName: part, name: `${custom[1]}__${part}__${custom[2] ? "pc" : "s"}`, format: "plain" }
  const prefix = compound.endsWith("Address") ? compound.slice(0, -"Address".length) : ""
  return { avroName: part, name: prefix + part, format: "plain" }
}

/**
 * Schemas by id, which never change under an id. Each is fetched once however many ask at the same time;
 * a failed fetch is not remembered.
 */
export class SchemaCache {
  readonly #schemas = new Map<string, Promise<EventSchema>>()
  readonly #fetch: (id: string) => Promise<string>

  /** `fetch` answers the Avro JSON of a schema id, by GetSchema. */
  constructor(fetch: (id: string) => Promise<string>) {
    this.#fetch = fetch
  }

  /** Rejects with what `fetch` rejected with, or with `UnusableSchemaError`. */
  get(id: string): Promise<EventSchema> {
    const known = this.#schemas.get(id)
    if (known) return known
    const schema = this.#fetch(id).then((json) => parseEventSchema(id, json))
    this.#schemas.set(id, schema)
    schema.catch(() => this.#schemas.delete(id))
    return schema
  }
}
