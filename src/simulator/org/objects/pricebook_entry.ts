import type { ObjectDescription } from "../object_description.ts"
import { auditFields, currencyField, field, internal, objectDescription, reference } from "./fields.ts"

/**
 * PricebookEntry. Name and ProductCode are its Product2's and in no event; CREATE events leave out the
 * audit fields; a deleted entry is gone: no recycle bin, no undelete (Object Reference, PricebookEntry).
 */
export function pricebookEntry(multiCurrency: boolean): ObjectDescription {
  const parent = { nillable: false, updateable: false }
  return objectDescription(
    { name: "PricebookEntry", label: "Price Book Entry", keyPrefix: "01u", hasRecycleBin: false },
    [
      field("Id", "id"),
      internal("Name", "string", { derivedFrom: { reference: "Product2Id", field: "Name" } }),
      reference("Pricebook2Id", "Pricebook2", parent),
      reference("Product2Id", "Product2", parent),
      ...currencyField(multiCurrency, { updateable: false }),
      field("UnitPrice", "currency", { nillable: false }),
      field("IsActive", "boolean"),
      field("UseStandardPrice", "boolean"),
      ...auditFields(false),
      internal("ProductCode", "string", { derivedFrom: { reference: "Product2Id", field: "ProductCode" } }),
      internal("IsDeleted", "boolean"),
      field("IsArchived", "boolean", { createable: false, updateable: false }),
    ],
  )
}
