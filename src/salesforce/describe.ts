import { whileDoing } from "./errors.ts"
import type { Session } from "./session.ts"

/** How a field's value is read: JSON and CSV alike. */
export type FieldType = "boolean" | "number" | "datetime" | "date" | "time" | "text"

/** A field that can be selected on its own. */
export interface DescribedField {
  name: string
  type: FieldType
  /** Salesforce's own type name, such as `currency` or `multipicklist`. */
  salesforceType: string
  /** A formula or roll-up: it changes without SystemModstamp and without an event. */
  calculated: boolean
  /** `BillingAddress` of `BillingStreet`: events nest the field under this name. */
  compoundParent: string | null
}

/** A field that describe lists and no query selects on its own. */
export interface UnselectableField {
  name: string
  /** Salesforce's own type name, such as `address` or `base64`. */
  salesforceType: string
}

/** The fields of an object that the service's user may read. */
export interface DescribedObject {
  name: string
  fields: DescribedField[]
  unselectable: UnselectableField[]
}

// https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/field_types.htm; all others are text.
const fieldTypes: Record<string, FieldType> = {
  boolean: "boolean",
  int: "number",
  long: "number",
  double: "number",
  currency: "number",
  percent: "number",
  datetime: "datetime",
  date: "date",
  time: "time",
}
/** Compounds (their parts are listed as well; Bulk API refuses them) and blobs. */
const unselectableTypes = new Set(["address", "location", "complexvalue", "base64"])
/** Change whenever the service's own user looks at a record, so they say nothing about it. */
const viewerFields = new Set(["LastViewedDate", "LastReferencedDate"])

/** Reads an object's fields (`/sobjects/X/describe`). Fails with NOT_FOUND for an unknown object. */
export async function describeObject(session: Session, object: string): Promise<DescribedObject> {
  const described = await whileDoing(`Describe of ${object}`, () => session.connection.describe(object))
  const fields: DescribedField[] = []
  const unselectable: UnselectableField[] = []
  for (const field of described.fields) {
    if (unselectableTypes.has(field.type) || viewerFields.has(field.name)) {
      unselectable.push({ name: field.name, salesforceType: field.type })
      continue
    }
    const parent = field.compoundFieldName ?? null
    fields.push({
      name: field.name,
      type: fieldTypes[field.type] ?? "text",
      salesforceType: field.type,
      calculated: field.calculated,
      compoundParent: parent === field.name ? null : parent,
    })
  }
  return { name: described.name, fields, unselectable }
}
