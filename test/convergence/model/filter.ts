import type { ObjectName } from "./objects.ts"
import type { ModelRecord, Version } from "./record.ts"

/** The object of which some histories mirror only the records that meet a condition. */
export const filtered: { object: ObjectName; soql: string; field: string } = {
  object: "PricebookEntry",
  soql: "IsActive = true",
  field: "IsActive",
}

/** Salesforce's answer, whether a version meets the filter. */
export function meetsFilter(isFiltered: boolean, object: ObjectName, version: Version): boolean {
  return !isFiltered || object !== filtered.object || version.fields[filtered.field] === true
}

/** Whether the shadow is to have a row while a version is the latest. */
export function isMirrored(isFiltered: boolean, record: ModelRecord, version: Version): boolean {
  return version.existence === "live" && meetsFilter(isFiltered, record.object, version)
}

/** Whether a version may have made a row come or go. */
export function changesPresence(isFiltered: boolean, record: ModelRecord, version: Version): boolean {
  const mayCross = isFiltered && record.object === filtered.object && version.changed.has(filtered.field)
  return version.changesExistence || mayCross
}
