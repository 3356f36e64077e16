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

/** Contact with its mailing address. Its Name, which real orgs put together from parts, is left out. */
export function contact(multiCurrency: boolean): ObjectDescription {
  return objectDescription({ name: "Contact", label: "Contact", keyPrefix: "003", hasRecycleBin: true }, [
    field("Id", "id"),
    internal("IsDeleted", "boolean"),
    reference("AccountId", "Account"),
    field("LastName", "string", { length: 80, nillable: false }),
    field("FirstName", "string", { length: 40 }),
    ...address("Mailing"),
    field("Phone", "phone"),
    field("Email", "email"),
    field("Title", "string", { length: 128 }),
    field("Birthdate", "date"),
    field("HasOptedOutOfEmail", "boolean"),
    field("Description", "textarea"),
    ...currencyField(multiCurrency),
    reference("OwnerId", "User", { nillable: false, defaultedOnCreate: true }),
    ...auditFields(),
    internal("LastActivityDate", "date"),
    internal("LastViewedDate", "datetime"),
    internal("LastReferencedDate", "datetime"),
    field("Languages__c", "multipicklist", { picklistValues: ["English", "German", "Japanese"] }),
    field("Order__c", "string", { length: 40 }),
  ])
}
