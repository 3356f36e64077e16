import avro from "avsc"
import { headerSchema } from "../../src/pubsub/header.ts"
import type { ConsumerEvent } from "../../src/pubsub/proto.ts"
import { longAsBigInt } from "../../src/pubsub/schema.ts"
import { TextType } from "../../src/simulator/pubsub/schema.ts"

const nullable = (type: unknown, doc: string, name: string) => ({
  name,
  type: ["null", type],
  doc,
  default: null,
})
const part = (name: string, type = "string") => ({ name, type: ["null", type], default: null })

const address = {
  type: "record",
  name: "Address",
  fields: [part("Street"), part("City"), part("Latitude", "double")],
}
const personName = {
  type: "record",
  name: "Switchable_PersonName",
  fields: [part("FirstName"), part("LastName")],
}
const location = {
  type: "record",
  name: "Location",
  fields: [part("Latitude", "double"), part("Longitude", "double")],
}

/** A change-event schema with one field of each kind; the comments are positions in bitmaps. */
export const schemaJson = JSON.stringify({
  type: "record",
  name: "AccountChangeEvent",
  namespace: "com.sforce.eventbus",
  fields: [
    { name: "ChangeEventHeader", type: headerSchema, doc: "Data:ComplexValueType" },
    {
      name: "Name",
      type: ["null", "string", personName],
      doc: "Data:Switchable_PersonName",
      default: null,
    }, // 1
    nullable(address, "Data:Address", "BillingAddress"), // 2
    nullable("Address", "Data:Address", "Site__c"), // 3
    nullable("string", "Data:StringPlusClob", "Description"), // 4
    nullable("double", "Data:Currency", "AnnualRevenue"), // 5
    nullable("int", "Data:Integer", "NumberOfEmployees"), // 6
    nullable("boolean", "Data:Boolean", "IsActive"), // 7
    nullable("long", "CreatedDate:DateTime", "CreatedDate"), // 8
    nullable("long", "Data:DateOnly:00NDp000009Rr9I", "Start__c"), // 9
    nullable("long", "Data:TimeOnly:00NDp000009RrA1", "Opens__c"), // 10
    nullable(location, "Data:Location:00NDp000009Rr9N", "Place__c"), // 11
    nullable("long", "Data:Long", "Big__c"), // 12
  ],
})

const options = { registry: { long: longAsBigInt, string: new TextType() } }
const type = avro.Type.forSchema(JSON.parse(schemaJson), options) as avro.types.RecordType

/** A record's missing subfields as null, which avsc wants to see. */
function filled(of: avro.Type, value: unknown): unknown {
  const branches = (of as avro.types.UnwrappedUnionType).types ?? []
  const record = branches.find((branch) => branch.typeName === "record") as avro.types.RecordType | undefined
  if (!record || typeof value !== "object" || value === null) return value ?? null
  return Object.fromEntries(
    record.fields.map(({ name }) => [name, (value as Record<string, unknown>)[name] ?? null]),
  )
}

const usualHeader = {
  entityName: "Account",
  recordIds: ["001Dp00000JJkkHIAT"],
  changeType: "UPDATE",
  changeOrigin: "",
  transactionKey: "00003adb-6942-447e-6033-9e8fe741230f",
  sequenceNumber: 1,
  commitTimestamp: 1_771_300_995_000n,
  commitNumber: 12_279_648_331_300n,
  commitUser: "005Dp000000PpjsIAC",
  nulledFields: [] as string[],
  diffFields: [] as string[],
  changedFields: [] as string[],
}

/** Payload of an Account event; what is not given is as in a plain UPDATE with an empty body. */
export function payloadOf(header: Partial<typeof usualHeader>, body: Record<string, unknown> = {}): Buffer {
  const record: Record<string, unknown> = {}
  for (const field of type.fields) record[field.name] = filled(field.type, body[field.name])
  return type.toBuffer({ ...record, ChangeEventHeader: { ...usualHeader, ...header } })
}

/** The payload as a subscriber receives it. */
export function consumed(payload: Buffer): ConsumerEvent {
  return {
    event: { id: "366d9355-f1bc-4650-b321-6d45e77180b5", schema_id: "schema-1", payload },
    replay_id: Buffer.from("00000000001790500000", "hex"),
  }
}
