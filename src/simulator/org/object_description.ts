/** Field types as Salesforce's describe names them. */
export type FieldType =
  | "id"
  | "string"
  | "textarea"
  | "url"
  | "phone"
  | "email"
  | "picklist"
  | "multipicklist"
  | "reference"
  | "boolean"
  | "int"
  | "double"
  | "currency"
  | "percent"
  | "date"
  | "datetime"
  | "address"

/** One field of an object: what describe says of it, and how the simulator treats it. */
export interface FieldDescription {
  name: string
  label: string
  type: FieldType
  /** Maximum length in characters of a text, 0 for other types. */
  length: number
  /** Digits and decimals of a number, 0 for other types. */
  precision: number
  scale: number
  nillable: boolean
  custom: boolean
  createable: boolean
  updateable: boolean
  /** True where Salesforce fills the field itself when a create leaves it out. */
  defaultedOnCreate: boolean
  referenceTo: readonly string[]
  /** Name of the parent relationship, "Product2" for Product2Id; null for other types. */
  relationshipName: string | null
  picklistValues: readonly string[]
  /** The compound a subfield belongs to ("BillingAddress" for BillingStreet); null otherwise. */
  compoundFieldName: string | null
  /** The subfield's name inside its compound ("Street"); null otherwise. */
  compoundPart: string | null
  /** Whether the object's change-event schema has the field (a subfield is there inside its compound). */
  inChangeEvent: boolean
  /** Whether CREATE events carry it; PricebookEntry's leave out the four audit fields. */
  inCreateEvent: boolean
  /** The record is deleted with the one that the field refers to: a master-detail. */
  cascadeDelete: boolean
  /** Whether a query may have it in its WHERE. */
  filterable: boolean
  /** A value read from the parent record and not stored: PricebookEntry.Name is its Product2's. */
  derivedFrom: { reference: string; field: string } | null
}

/** An object (entity) of the org: its fields in describe order, compounds beside their flat subfields. */
export interface ObjectDescription {
  name: string
  label: string
  labelPlural: string
  /** First three characters of the object's record ids, "01t" for Product2. */
  keyPrefix: string
  /** Whether deleted records go to the recycle bin and can be undeleted. False for PricebookEntry. */
  hasRecycleBin: boolean
  /** Whether its changes are published. */
  hasChangeEvents: boolean
  /** Whether Bulk API 2.0 takes queries of it. */
  hasBulk: boolean
  fields: readonly FieldDescription[]
  /** Fields by API name. */
  byName: ReadonlyMap<string, FieldDescription>
}
