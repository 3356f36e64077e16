import type { Fields } from "../model/objects.ts"
import type { Org } from "../model/org.ts"
import type { ModelRecord, Version } from "../model/record.ts"
import { toDate } from "../virtual_time.ts"

/** A version as a query answers it. An entry's Name is its product's, whatever was committed since. */
export function toRecord(org: Org, { object, id }: ModelRecord, version: Version): Fields {
  const queryOnly = {
    Id: id,
    SystemModstamp: toDate(version.stamp).toISOString(),
    IsDeleted: version.existence === "bin",
  }
  if (object !== "PricebookEntry") return { ...version.fields, ...queryOnly }
  const product = org.record("Product2", String(version.fields.Product2Id))
  return { ...version.fields, ...queryOnly, Name: product?.versions.at(-1)?.fields.Name ?? null }
}
