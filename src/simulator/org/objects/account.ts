import type { ObjectDescription } from "../object_description.ts"
import {
  address,
  auditFields,
  currencyField,
  field,
  internal,
  objectDescription,
  reference,
} from "./fields.ts"

/** Account with two address compounds and the fields of Internet eligibility. */
export function account(multiCurrency: boolean): ObjectDescription {
  return objectDescription({ name: "Account", label: "Account", keyPrefix: "001", hasRecycleBin: true }, [
    field("Id", "id"),
    internal("IsDeleted", "boolean"),
    internal("MasterRecordId", "reference", { referenceTo: ["Account"], relationshipName: "MasterRecord" }),
    field("Name", "string", { nillable: false }),
    field("Type", "picklist", { picklistValues: ["Prospect", "Customer", "Partner"] }),
    reference("ParentId", "Account"),
    ...address("Billing"),
    ...address("Shipping"),
    field("Phone", "phone"),
    field("Fax", "phone"),
    field("AccountNumber", "string", { length: 40 }),
    field("Website", "url"),
    field("Industry", "picklist", { picklistValues: ["Retail", "Energy", "Education", "Hospitality"] }),
    field("AnnualRevenue", "currency", { scale: 0 }),
    field("NumberOfEmployees", "int"),
    field("Description", "textarea"),
    field("Rating", "picklist", { picklistValues: ["Hot", "Warm", "Cold"] }),
    ...currencyField(multiCurrency),
    reference("OwnerId", "User", { nillable: false, defaultedOnCreate: true }),
    ...auditFields(),
    internal("LastActivityDate", "date"),
    internal("LastViewedDate", "datetime"),
    internal("LastReferencedDate", "datetime"),
    field("Internet_Eligibility__c", "picklist", {
      picklistValues: ["Eligible", "Not Eligible", "Pending", "Unknown"],
    }),
    field("Internet_Eligibility_Status__c", "picklist", {
      picklistValues: ["Address Check", "Manual Review", "Provider API", "Expired"],
    }),
  ])
}
