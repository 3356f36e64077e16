import { createHash } from "node:crypto"
import avro from "avsc"
import { headerSchema } from "../../pubsub/header.ts"
import { longAsBigInt } from "../../pubsub/schema.ts"
import type { FieldDescription, ObjectDescription } from "../org/object_description.ts"
import { bytesOf } from "../org/text_bytes.ts"

/** Writes halves of surrogate pairs too, in the place of which avsc puts U+FFFD. */
export class TextType extends avro.types.StringType {
  /** avsc's own way to write a value. */
  _write(tap: { writeBytes(bytes: Buffer): void }, text: string): void {
    tap.writeBytes(bytesOf(text))
  }
}

/** A change-event schema of the simulated org. */
export interface ComposedSchema {
  /** 22 characters of base64url, a hash of the schema, as real ids look. */
  id: string
  json: string
  type: avro.types.RecordType
}

/** Avro type and `doc` of a plain field, as recorded schemas have them. */
const avroTypes: Readonly<Record<string, readonly [string, string]>> = {
  string: ["string", "Data:Text"],
  textarea: ["string", "Data:StringPlusClob"],
  url: ["string", "Data:Url"],
  phone: ["string", "Data:Phone"],
  email: ["string", "Data:Email"],
  picklist: ["string", "Data:DynamicEnum"],
  multipicklist: ["string", "Data:MultiEnum"],
  reference: ["string", "ForeignKey:EntityId"],
  boolean: ["boolean", "Data:Boolean"],
  int: ["int", "Data:Integer"],
  double: ["double", "Data:Double"],
  currency: ["double", "Data:Currency"],
  percent: ["double", "Data:Percent"],
  date: ["long", "Data:DateOnly"],
  datetime: ["long", "Data:DateTime"],
}

const nullable = (name: string, type: unknown, doc?: string) => {
  const types = Array.isArray(type) ? type : [type]
  return { name, type: ["null", ...types], ...(doc && { doc }), default: null }
}

/**
 * Composes the schema of an object's change events from its description: the header as field 0, every field
 * that events carry as a union with null, the Address record where it is used first and its name after that.
 *
 * @param addedField name of one more text field, put in the middle; for a schema that changes
 */
export function composeSchema(object: ObjectDescription, addedField?: string): ComposedSchema {
  const fields = object.fields.filter((field) => field.inChangeEvent && field.compoundFieldName === null)
  let addressDefined = false
  const body = fields.map((field) => {
    if (field.type !== "address") return plainField(object, field)
    const type = addressDefined ? "Address" : addressRecord(object, field)
    addressDefined = true
    return nullable(field.name, type, "Data:Address")
  })
  if (addedField) body.splice(body.length >> 1, 0, nullable(addedField, "string", "Data:Text"))
  const schema = {
    type: "record",
    name: changeEventName(object.name),
    namespace: "com.sforce.eventbus",
    fields: [{ name: "ChangeEventHeader", type: headerSchema, doc: "Data:ComplexValueType" }, ...body],
  }
  const json = JSON.stringify(schema)
  const options = { registry: { long: longAsBigInt, string: new TextType() } }
  return {
    id: createHash("md5").update(json).digest("base64url"),
    json,
    type: avro.Type.forSchema(JSON.parse(json), options) as avro.types.RecordType,
  }
}

/** The object of an object's change events: Site__ChangeEvent of Site__c. */
export function changeEventName(object: string): string {
  return `${object.replace(/__c$/, "__")}ChangeEvent`
}

function plainField(object: ObjectDescription, field: FieldDescription) {
  if (object.name === "Account" && field.name === "Name") {
    const parts = ["Salutation", "FirstName", "LastName"].map((part) => nullable(part, "string"))
    const record = { type: "record", name: "Switchable_PersonName", fields: parts }
    return nullable("Name", ["string", record], "Data:Switchable_PersonName")
  }
  const [type, doc] = avroTypes[field.type] ?? ["string", "Data:Text"]
  if (field.name === "CreatedDate") return nullable(field.name, type, "CreatedDate:DateTime")
  if (!field.custom) return nullable(field.name, type, doc)
  const fieldId = createHash("md5").update(`${object.name}.${field.name}`).digest("hex").slice(0, 7)
  return nullable(field.name, type, `${doc}:00NDp000${fieldId}`)
}

function addressRecord(object: ObjectDescription, compound: FieldDescription) {
  const parts = object.fields.filter((field) => field.compoundFieldName === compound.name)
  const fields = parts.map((part) =>
    nullable(part.compoundPart ?? part.name, part.type === "double" ? "double" : "string"),
  )
  return { type: "record", name: "Address", fields }
}
