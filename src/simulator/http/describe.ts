import type { FastifyInstance } from "fastify"
import type { FieldDescription, FieldType, ObjectDescription } from "../org/object_description.ts"
import type { Org } from "../org/org.ts"
import { changeEventName } from "../pubsub/schema.ts"
import { readableFields } from "../soql/columns.ts"
import { notFound } from "./api_error.ts"

/** `/sobjects` and `/sobjects/X/describe`: what the integration user may read. */
export function describeRoutes(server: FastifyInstance, org: Org): void {
  server.get("/services/data/:version/sobjects", async (request) => {
    const { version } = request.params as { version: string }
    const objects = [...org.objects.values()]
    const sobjects = [
      ...objects.map((object) => objectFlags(object, version)),
      ...objects
        .filter(({ hasChangeEvents }) => hasChangeEvents)
        .map((object) => ({
          ...objectFlags(object, version),
          name: changeEventName(object.name),
          label: `${object.label} Change Event`,
          queryable: false,
        })),
    ]
    return { encoding: "UTF-8", maxBatchSize: 200, sobjects }
  })

  server.get("/services/data/:version/sobjects/:object/describe", async (request) => {
    const { version, object } = request.params as { version: string; object: string }
    const found = org.objects.get(object)
    if (found === undefined) throw notFound()
    const readable = readableFields(org, found)
    const fields = found.fields.filter((field) => readable.has(field.name.toLowerCase())).map(describeField)
    return {
      ...objectFlags(found, version),
      actionOverrides: [],
      childRelationships: [],
      fields,
      recordTypeInfos: [],
    }
  })
}

function objectFlags(object: ObjectDescription, version: string): Record<string, unknown> {
  const base = `/services/data/${version}/sobjects/${object.name}`
  return {
    name: object.name,
    label: object.label,
    labelPlural: object.labelPlural,
    keyPrefix: object.keyPrefix,
    custom: object.name.endsWith("__c"),
    createable: true,
    updateable: true,
    deletable: true,
    undeletable: object.hasRecycleBin,
    queryable: true,
    retrieveable: true,
    replicateable: true,
    searchable: object.name !== "PricebookEntry",
    urls: { sobject: base, describe: `${base}/describe`, rowTemplate: `${base}/{ID}` },
  }
}

const soapTypes: Partial<Record<FieldType, string>> = {
  id: "tns:ID",
  reference: "tns:ID",
  boolean: "xsd:boolean",
  int: "xsd:int",
  double: "xsd:double",
  currency: "xsd:double",
  percent: "xsd:double",
  date: "xsd:date",
  datetime: "xsd:dateTime",
  address: "urn:address",
}

function describeField(field: FieldDescription): Record<string, unknown> {
  const { name, label, type, length, precision, scale, nillable, custom, createable, updateable } = field
  return {
    name,
    label,
    type,
    soapType: soapTypes[type] ?? "xsd:string",
    length,
    byteLength: length * 3,
    precision,
    scale,
    digits: type === "int" ? 8 : 0,
    nillable,
    custom,
    createable,
    updateable,
    defaultedOnCreate: field.defaultedOnCreate,
    calculated: false,
    calculatedFormula: null,
    cascadeDelete: field.cascadeDelete,
    relationshipOrder: field.cascadeDelete ? 0 : null,
    compoundFieldName: field.compoundFieldName,
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName,
    picklistValues: field.picklistValues.map((value) => ({
      value,
      label: value,
      active: true,
      defaultValue: false,
      validFor: null,
    })),
    restrictedPicklist: false,
    filterable: field.filterable,
    sortable: type !== "address" && type !== "textarea" && type !== "multipicklist",
    groupable: !["address", "textarea", "datetime", "double", "currency", "percent"].includes(type),
    aggregatable: type !== "address" && type !== "boolean",
    idLookup: type === "id",
    nameField: name === "Name",
    unique: false,
    externalId: false,
    permissionable: nillable && type !== "id",
    deprecatedAndHidden: false,
  }
}
