import type { ObjectDescription } from "../object_description.ts"
import { auditFields, currencyField, field, internal, objectDescription, reference } from "./fields.ts"

/** Product2 with its standard fields, the telecom fields of the catalogue, and one field of each plain type. */
export function product2(multiCurrency: boolean): ObjectDescription {
  return objectDescription({ name: "Product2", label: "Product", keyPrefix: "01t", hasRecycleBin: true }, [
    field("Id", "id"),
    field("Name", "string", { nillable: false }),
    field("ProductCode", "string"),
    field("Description", "textarea", { length: 4000 }),
    field("IsActive", "boolean"),
    ...auditFields(),
    field("Family", "picklist", { length: 40, picklistValues: ["Internet", "VPN", "SIM", "Hardware"] }),
    ...currencyField(multiCurrency),
    reference("ExternalDataSourceId", "ExternalDataSource"),
    field("ExternalId", "string"),
    field("DisplayUrl", "url", { length: 1000 }),
    field("QuantityUnitOfMeasure", "picklist", { length: 40, picklistValues: ["Each"] }),
    internal("IsDeleted", "boolean"),
    field("IsArchived", "boolean", { createable: false, updateable: false }),
    internal("LastViewedDate", "datetime"),
    internal("LastReferencedDate", "datetime"),
    field("StockKeepingUnit", "string", { length: 180 }),
    field("CanUseQuantitySchedule", "boolean"),
    field("QuantityScheduleType", "picklist", { length: 40, picklistValues: ["Divide", "Repeat"] }),
    field("NumberOfQuantityInstallments", "int"),
    field("Item_Class__c", "picklist", { picklistValues: ["Plan", "Add-on", "Device", "Service"] }),
    field("Internet_Offering_Type__c", "picklist", { picklistValues: ["Fiber", "Cable", "5G", "DSL"] }),
    field("Internet_Plan_Tier__c", "picklist", { picklistValues: ["Bronze", "Silver", "Gold"] }),
    field("VPN_Region__c", "string", { length: 80 }),
    field("SIM_Type__c", "string", { length: 40 }),
    field("Features__c", "multipicklist", { picklistValues: ["IPv6", "Static IP", "Roaming", "eSIM"] }),
    field("Available_From__c", "datetime"),
    field("Launch_Date__c", "date"),
    field("Bandwidth_Mbps__c", "double", { scale: 3 }),
    field("Requires_Site_Survey__c", "boolean"),
  ])
}
