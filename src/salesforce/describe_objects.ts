import { whileDoing } from "./errors.ts"
import type { Session } from "./session.ts"

/** An object of the org that this user may see. */
export interface ListedObject {
  name: string
  label: string
  queryable: boolean
  /** Whether anybody can change its records. */
  updateable: boolean
  /** Whether the org has change events of it; they still have to be selected in Setup, Change Data Capture. */
  hasEvents: boolean
}

/** What describe says of an object, as far as a plan for it needs that (sf_shadow.add_object). */
export interface DescribedForPlan {
  name: string
  queryable: boolean
  updateable: boolean
  has_events: boolean
  fields: FieldForPlan[]
}

/** A field as describe lists it, those that no query selects too. */
export interface FieldForPlan {
  name: string
  /** Salesforce's own type name, such as `currency`. */
  type: string
  /** Characters of a text, 0 of anything else. */
  length: number
  /** Digits, and those of them after the point; 0 for what is no number with a fraction. */
  precision: number
  scale: number
  calculated: boolean
  nillable: boolean
  /** Whether a query may have it in its WHERE. */
  filterable: boolean
  compoundFieldName: string | null
  referenceTo: string[]
  /** The record is deleted with the one that this refers to: a master-detail. */
  cascadeDelete: boolean
  /** 0 for the first master of a record, 1 for the second. */
  relationshipOrder: number | null
}

/** All objects of the org (describeGlobal), in the order of their names; their change events are not listed themselves. */
export async function listObjects(session: Session): Promise<ListedObject[]> {
  const { sobjects } = await whileDoing("List of objects", () => session.connection.describeGlobal())
  const names = new Set(sobjects.map(({ name }) => name))
  return sobjects
    .filter(({ name }) => !/ChangeEvent$/.test(name))
    .map(({ name, label, queryable, updateable }) => {
      return { name, label, queryable, updateable, hasEvents: names.has(changeEventOf(name)) }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Describes an object that `listObjects` has found. */
export async function describeForPlan(session: Session, object: ListedObject): Promise<DescribedForPlan> {
  const { name, queryable, updateable, hasEvents } = object
  const described = await whileDoing(`Describe of ${name}`, () => session.connection.describe(name))
  const fields = described.fields.map((field) => ({
    name: field.name,
    type: field.type,
    length: field.length ?? 0,
    precision: field.precision ?? 0,
    scale: field.scale ?? 0,
    calculated: field.calculated,
    nillable: field.nillable,
    filterable: field.filterable,
    compoundFieldName: field.compoundFieldName ?? null,
    referenceTo: field.referenceTo ?? [],
    cascadeDelete: field.cascadeDelete === true,
    relationshipOrder: field.relationshipOrder ?? null,
  }))
  return { name, queryable, updateable, has_events: hasEvents, fields }
}

/** ContactChangeEvent of Contact, Site__ChangeEvent of Site__c. */
function changeEventOf(object: string): string {
  return object.endsWith("__c") ? object.replace(/__c$/, "__ChangeEvent") : `${object}ChangeEvent`
}
