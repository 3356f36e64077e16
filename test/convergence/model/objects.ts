import type { Random } from "./random.ts"

export type ObjectName = "Product2" | "PricebookEntry" | "Account"
export type Value = string | number | boolean | null
export type Fields = Readonly<Record<string, Value>>

/** One object of the model org: the fields that matter to the rules, and how they are mirrored. */
export interface ModelObject {
  name: ObjectName
  topic: string
  /** First three characters of its record ids. */
  prefix: string
  table: string
  key: string
  /** Fields that change events carry, with their type in describe. */
  eventFields: Readonly<Record<string, "text" | "number" | "boolean">>
  /** Typed columns by the field they come from. */
  columns: Readonly<Record<string, string>>
}

/** Parents before children, as sf_shadow.objects_in_order gives them. */
export const objectNames: readonly ObjectName[] = ["Product2", "Account", "PricebookEntry"]

/** The same as often as something is to happen to them: products have children, and accounts are alone. */
export const weightedNames: readonly ObjectName[] = [
  "Product2",
  "Product2",
  "Product2",
  "PricebookEntry",
  "PricebookEntry",
  "Account",
]

export const objects: Readonly<Record<ObjectName, ModelObject>> = {
  Product2: {
    name: "Product2",
    topic: "/data/Product2ChangeEvent",
    prefix: "01t",
    table: "public.sf_product_shadow",
    key: "product_id",
    eventFields: {
      Name: "text",
      StockKeepingUnit: "text",
      Description: "text",
      Internet_Plan_Tier__c: "text",
      IsActive: "boolean",
    },
    columns: { Name: "name", StockKeepingUnit: "sku", Internet_Plan_Tier__c: "plan_tier" },
  },
  PricebookEntry: {
    name: "PricebookEntry",
    topic: "/data/PricebookEntryChangeEvent",
    prefix: "01u",
    table: "public.sf_pricebook_shadow",
    key: "pricebook_entry_id",
    eventFields: {
      Product2Id: "text",
      Pricebook2Id: "text",
      UnitPrice: "number",
      CurrencyIsoCode: "text",
      IsActive: "boolean",
    },
    columns: { Product2Id: "product_id", UnitPrice: "unit_price", IsActive: "is_active" },
  },
  Account: {
    name: "Account",
    topic: "/data/AccountChangeEvent",
    prefix: "001",
    table: "public.sf_account_eligibility_shadow",
    key: "account_id",
    eventFields: { Internet_Eligibility__c: "text", Internet_Eligibility_Status__c: "text" },
    columns: {
      Internet_Eligibility__c: "internet_eligibility",
      Internet_Eligibility_Status__c: "eligibility_source",
    },
  },
}

/** What describe says of an object, for sf_shadow.describe_to_fields. */
export function describeOf(object: ModelObject): { name: string; type: string }[] {
  const fields = Object.entries(object.eventFields).map(([name, type]) => ({ name, type: type as string }))
  const queryOnly = [
    { name: "Id", type: "text" },
    { name: "SystemModstamp", type: "datetime" },
    { name: "IsDeleted", type: "boolean" },
  ]
  // A query-only text: the entry's name follows its product's, without an event.
  return [
    ...queryOnly,
    ...fields,
    ...(object.name === "PricebookEntry" ? [{ name: "Name", type: "text" }] : []),
  ]
}

export function recordId(object: ModelObject, number: number): string {
  return object.prefix + String(number).padStart(15, "0")
}

/**
 * A new value for a field. Most are used once, so that every version can be told from the others; some come
 * from a few, so that a value also returns. `serial` differs at every call.
 */
export function newValue(field: string, serial: number, random: Random): Value {
  switch (field) {
    case "StockKeepingUnit":
      return `SKU-${serial}`
    case "Name":
      return random.chance(0.8) ? `Name ${serial}` : random.pick(["Fibre", "Mobile"])
    case "IsActive":
      return random.chance(0.5)
    case "UnitPrice":
      return random.chance(0.8) ? serial + 0.25 : random.pick([9.99, 100])
    case "CurrencyIsoCode":
      return random.pick(["EUR", "USD"])
    case "Internet_Plan_Tier__c":
    case "Internet_Eligibility_Status__c":
      return random.pick([null, "Gold", "Basic"])
    default:
      return random.chance(0.8) ? `${field} ${serial}` : null
  }
}
