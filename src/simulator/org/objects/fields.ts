import type { FieldDescription, FieldType, ObjectDescription } from "../object_description.ts"

type FieldSettings = Partial<Omit<FieldDescription, "name" | "type">>

/** One field with Salesforce's usual settings for its type; `settings` says what differs. */
export function field(name: string, type: FieldType, settings: FieldSettings = {}): FieldDescription {
  const writable = type !== "id" && type !== "address"
  const numeric = type === "double" || type === "currency" || type === "percent"
  return {
    name,
    label: name.replace(/__c$/, "").replace(/_/g, " "),
    type,
    length: usualLength(type),
    precision: numeric ? 18 : 0,
    scale: numeric ? 2 : 0,
    nillable: type !== "boolean" && type !== "id",
    custom: name.endsWith("__c"),
    createable: writable,
    updateable: writable,
    defaultedOnCreate: type === "boolean" || type === "id",
    referenceTo: [],
    relationshipName: null,
    picklistValues: [],
    compoundFieldName: null,
    compoundPart: null,
    inChangeEvent: type !== "id",
    inCreateEvent: true,
    cascadeDelete: false,
    filterable: type !== "address" && type !== "textarea",
    derivedFrom: null,
    ...settings,
  }
}

function usualLength(type: FieldType): number {
  if (type === "id" || type === "reference") return 18
  if (type === "textarea") return 32_000
  if (type === "multipicklist") return 4099
  if (type === "phone") return 40
  if (type === "email") return 80
  return type === "string" || type === "picklist" || type === "url" ? 255 : 0
}

/** A lookup to another object: `reference("Product2Id", "Product2")` has the relationship Product2. */
export function reference(name: string, to: string, settings: FieldSettings = {}): FieldDescription {
  return field(name, "reference", {
    referenceTo: [to],
    relationshipName: name.endsWith("__c") ? name.replace(/__c$/, "__r") : name.replace(/Id$/, ""),
    ...settings,
  })
}

/** A field that Salesforce writes by itself and that no change event carries. */
export function internal(name: string, type: FieldType, settings: FieldSettings = {}): FieldDescription {
  return field(name, type, {
    createable: false,
    updateable: false,
    defaultedOnCreate: type === "boolean" || name === "SystemModstamp",
    inChangeEvent: false,
    ...settings,
  })
}

/** Created and LastModified, by whom and when; PricebookEntry's CREATE events leave them out. */
export function auditFields(inCreateEvent = true): FieldDescription[] {
  const settings = { createable: false, updateable: false, defaultedOnCreate: true, nillable: false }
  return [
    field("CreatedDate", "datetime", { ...settings, inCreateEvent }),
    reference("CreatedById", "User", { ...settings, inCreateEvent }),
    field("LastModifiedDate", "datetime", { ...settings, inCreateEvent }),
    reference("LastModifiedById", "User", { ...settings, inCreateEvent }),
    internal("SystemModstamp", "datetime", { nillable: false }),
  ]
}

const addressParts: readonly [string, FieldType, number][] = [
  ["Street", "textarea", 255],
  ["City", "string", 40],
  ["State", "string", 80],
  ["PostalCode", "string", 20],
  ["Country", "string", 80],
  ["StateCode", "picklist", 10],
  ["CountryCode", "picklist", 10],
  ["Latitude", "double", 0],
  ["Longitude", "double", 0],
  ["GeocodeAccuracy", "picklist", 40],
]

/** The flat subfields of an address and then the compound: `address("Billing")`. */
export function address(prefix: string): FieldDescription[] {
  const compoundFieldName = `${prefix}Address`
  const parts = addressParts.map(([part, type, length]) =>
    field(prefix + part, type, {
      length,
      compoundFieldName,
      compoundPart: part,
      ...(type === "double" ? { scale: 15 } : {}),
    }),
  )
  return [...parts, field(compoundFieldName, "address")]
}

/** CurrencyIsoCode, which exists only in an org with multiple currencies. */
export function currencyField(multiCurrency: boolean, settings: FieldSettings = {}): FieldDescription[] {
  if (!multiCurrency) return []
  return [
    field("CurrencyIsoCode", "picklist", {
      length: 3,
      defaultedOnCreate: true,
      picklistValues: ["USD", "EUR", "GBP", "CHF", "JPY"],
      ...settings,
    }),
  ]
}

/** Puts an object together from its fields. Its changes are published, unless it says otherwise. */
export function objectDescription(
  about: Omit<ObjectDescription, "byName" | "fields" | "labelPlural" | "hasChangeEvents" | "hasBulk"> &
    Partial<Pick<ObjectDescription, "hasChangeEvents" | "hasBulk">>,
  fields: FieldDescription[],
): ObjectDescription {
  return {
    hasChangeEvents: true,
    hasBulk: true,
    ...about,
    labelPlural: about.label.replace(/y$/, "ie").concat("s"),
    fields,
    byName: new Map(fields.map((one) => [one.name, one])),
  }
}

/** The object with more text fields, at its end. */
export function withTextFields(object: ObjectDescription, names: readonly string[]): ObjectDescription {
  if (names.length === 0) return object
  return objectDescription(object, [...object.fields, ...names.map((name) => field(name, "string"))])
}
