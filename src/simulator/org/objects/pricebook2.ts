import type { ObjectDescription } from "../object_description.ts"
import { auditFields, field, internal, objectDescription } from "./fields.ts"

/** Pricebook2, the price book that entries belong to. */
export function pricebook2(): ObjectDescription {
  return objectDescription(
    { name: "Pricebook2", label: "Price Book", keyPrefix: "01s", hasRecycleBin: true },
    [
      field("Id", "id"),
      internal("IsDeleted", "boolean"),
      field("Name", "string", { nillable: false }),
      internal("LastViewedDate", "datetime"),
      internal("LastReferencedDate", "datetime"),
      ...auditFields(),
      field("IsActive", "boolean"),
      field("IsArchived", "boolean", { createable: false, updateable: false }),
      field("Description", "string"),
      field("IsStandard", "boolean", { createable: false, updateable: false }),
    ],
  )
}
