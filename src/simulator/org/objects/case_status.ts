import type { ObjectDescription } from "../object_description.ts"
import { auditFields, field, objectDescription } from "./fields.ts"

/** A setup object: without change events, without IsDeleted, and refused by Bulk API 2.0. */
export function caseStatus(): ObjectDescription {
  return objectDescription(
    {
      name: "CaseStatus",
      label: "Case Status Value",
      keyPrefix: "0Cs",
      hasRecycleBin: false,
      hasChangeEvents: false,
      hasBulk: false,
    },
    [
      field("Id", "id"),
      field("ApiName", "string", { nillable: false }),
      field("MasterLabel", "string", { nillable: false }),
      field("SortOrder", "int"),
      field("IsDefault", "boolean"),
      field("IsClosed", "boolean"),
      ...auditFields(),
    ],
  )
}
