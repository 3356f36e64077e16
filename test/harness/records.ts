/** The objects that the migrations seed. */
export type ObjectName = "Product2" | "PricebookEntry" | "Account"

/** A record as REST answers it: flat field names. */
export type SalesforceRecord = { Id: string; SystemModstamp: string } & Record<string, unknown>

/** A change event as the Pub/Sub edge hands it to SQL; times in seconds after `at(0)`. */
export interface TestEvent {
  object: string | null
  change_type: string | null
  record_ids: string[]
  commit_timestamp: Date | null
  committed_before?: Date
  commit_number: number | null
  sequence_number: number | null
  transaction_key?: string
  event_id: string
  replay_id?: string
  fields: Record<string, unknown>
  diff_fields?: string[]
  inexact_fields?: string[]
  error?: string | null
  bytes?: string | null
}

/** What describe says of each object in these tests. */
export const describes: Record<ObjectName, { name: string; type: string; calculated?: boolean }[]> = {
  Product2: [
    ...["Id", "Name", "StockKeepingUnit", "Item_Class__c", "Internet_Offering_Type__c"].map(text),
    ...["Internet_Plan_Tier__c", "VPN_Region__c", "Description"].map(text),
    ...["IsActive", "IsDeleted"].map((name) => ({ name, type: "boolean" })),
    { name: "Weight__c", type: "number" },
    { name: "Label__c", type: "text", calculated: true },
    ...["LastModifiedDate", "SystemModstamp"].map((name) => ({ name, type: "datetime" })),
  ],
  PricebookEntry: [
    ...["Id", "Name", "ProductCode", "Product2Id", "Pricebook2Id", "CurrencyIsoCode"].map(text),
    ...["IsActive", "IsDeleted"].map((name) => ({ name, type: "boolean" })),
    { name: "UnitPrice", type: "number" },
    { name: "SystemModstamp", type: "datetime" },
  ],
  Account: [
    ...["Id", "Name", "Internet_Eligibility__c", "Internet_Eligibility_Status__c", "BillingStreet"].map(text),
    { name: "IsDeleted", type: "boolean" },
    { name: "SystemModstamp", type: "datetime" },
  ],
}

/** A moment on Salesforce's clock. */
export function at(seconds: number): Date {
  return new Date(Date.UTC(2026, 5, 1, 10) + seconds * 1000)
}

/** The same as Bulk writes it, which is the canonical form. */
export function stamp(seconds: number): string {
  return at(seconds).toISOString()
}

const prefixes: Record<ObjectName, string> = { Product2: "01t", PricebookEntry: "01u", Account: "001" }

/** The 18-character id of the object's record number n. */
export function idOf(object: ObjectName, n: number): string {
  return `${prefixes[object]}${String(n).padStart(12, "0")}AAA`
}

export const productId = (n: number): string => idOf("Product2", n)
export const priceId = (n: number): string => idOf("PricebookEntry", n)
export const accountId = (n: number): string => idOf("Account", n)

/** Product number n in full, last changed at `sm`. */
export function product(n: number, sm: number, fields: Record<string, unknown> = {}): SalesforceRecord {
  return {
    Id: productId(n),
    Name: `Product ${n}`,
    StockKeepingUnit: `SKU-${n}`,
    Item_Class__c: "Plan",
    Internet_Offering_Type__c: null,
    Internet_Plan_Tier__c: "Gold",
    VPN_Region__c: null,
    Description: null,
    IsActive: true,
    IsDeleted: false,
    Weight__c: 1.5,
    Label__c: null,
    LastModifiedDate: stamp(sm),
    SystemModstamp: stamp(sm),
    ...fields,
  }
}

/** A record as REST gives it: with every field of describe, those that are empty as null. */
export function asRead(object: ObjectName, record: SalesforceRecord): Record<string, unknown> {
  return { ...Object.fromEntries(describes[object].map(({ name }) => [name, null])), ...record }
}

/** Price number n of product `of`, last changed at `sm`. */
export function price(
  n: number,
  of: number,
  sm: number,
  fields: Record<string, unknown> = {},
): SalesforceRecord {
  return {
    Id: priceId(n),
    Name: `Product ${of}`,
    ProductCode: `P-${of}`,
    Product2Id: productId(of),
    Pricebook2Id: "01s000000000001AAA",
    CurrencyIsoCode: "EUR",
    IsActive: true,
    IsDeleted: false,
    UnitPrice: 9.99,
    SystemModstamp: stamp(sm),
    ...fields,
  }
}

/** Account number n, last changed at `sm`. */
export function account(n: number, sm: number, fields: Record<string, unknown> = {}): SalesforceRecord {
  return {
    Id: accountId(n),
    Internet_Eligibility__c: "Fibre",
    Internet_Eligibility_Status__c: "Checked",
    IsDeleted: false,
    SystemModstamp: stamp(sm),
    ...fields,
  }
}

let published = 0

/** An event of one record, committed at `commit`; later calls have higher commit numbers. */
export function event(
  object: ObjectName,
  changeType: string,
  ids: string | string[],
  commit: number,
  fields: Record<string, unknown> = {},
  header: Partial<TestEvent> = {},
): TestEvent {
  published++
  return {
    object,
    change_type: changeType,
    record_ids: Array.isArray(ids) ? ids : [ids],
    commit_timestamp: at(commit),
    commit_number: published,
    sequence_number: 1,
    event_id: `event-${published}`,
    replay_id: published.toString(16).padStart(20, "0"),
    fields,
    ...header,
  }
}

/** What a CREATE carries: the record without its query-only fields. */
export function created(object: ObjectName, { Id, ...record }: SalesforceRecord, commit: number): TestEvent {
  const { SystemModstamp: _, IsDeleted: __, Name, ProductCode, Label__c, ...fields } = record
  return event(object, "CREATE", Id, commit, object === "PricebookEntry" ? fields : { ...fields, Name })
}

function text(name: string): { name: string; type: string } {
  return { name, type: "text" }
}
