import type { ObjectDescription } from "../object_description.ts"
import { auditFields, currencyField, field, internal, objectDescription, reference } from "./fields.ts"

/** A custom object, the place where an account is served: it is deleted with its account (master-detail). */
export function serviceSite(multiCurrency: boolean): ObjectDescription {
  return objectDescription(
    { name: "Service_Site__c", label: "Service Site", keyPrefix: "a01", hasRecycleBin: true },
    [
      field("Id", "id"),
      internal("IsDeleted", "boolean"),
      field("Name", "string", { length: 80 }),
      reference("Account__c", "Account", { nillable: false, updateable: false, cascadeDelete: true }),
      field("Bandwidth_Mbps__c", "double", { precision: 10, scale: 2 }),
      field("Monthly_Fee__c", "currency"),
      field("Installed_On__c", "date"),
      field("Is_Live__c", "boolean"),
      field("Status__c", "picklist", { picklistValues: ["Planned", "Live", "Closed"] }),
      ...currencyField(multiCurrency),
      ...auditFields(),
    ],
  )
}

/** A custom object without change events. */
export function siteNote(): ObjectDescription {
  return objectDescription(
    {
      name: "Site_Note__c",
      label: "Site Note",
      keyPrefix: "a02",
      hasRecycleBin: true,
      hasChangeEvents: false,
    },
    [field("Id", "id"), internal("IsDeleted", "boolean"), field("Text__c", "textarea"), ...auditFields()],
  )
}
