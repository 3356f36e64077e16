import type { Plan } from "../../src/mapping/plan.ts"
import type { DescribedForPlan } from "../../src/salesforce/describe_objects.ts"
import type { TestDatabase } from "../harness/postgres.ts"
import { dumpSchema } from "../schema_dump.ts"

type Pool = TestDatabase["pool"]

/** A field as the service hands it to a plan. */
export const field = (name: string, type: string, more: object = {}) => ({
  name,
  type,
  length: 0,
  precision: 0,
  scale: 0,
  calculated: false,
  nillable: true,
  filterable: true,
  compoundFieldName: null,
  referenceTo: [],
  cascadeDelete: false,
  relationshipOrder: null,
  ...more,
})

/** What every object has. */
export const standard = [
  field("Id", "id", { nillable: false }),
  field("IsDeleted", "boolean"),
  field("SystemModstamp", "datetime"),
]

/** A standard object with a compound address, a file and a reference. */
export const contact = {
  name: "Contact",
  queryable: true,
  updateable: true,
  has_events: true,
  fields: [
    ...standard,
    field("AccountId", "reference", { referenceTo: ["Account"] }),
    field("LastName", "string"),
    field("Name", "string"),
    field("FirstName", "string", { compoundFieldName: "Name" }),
    field("MailingAddress", "address", { compoundFieldName: "MailingAddress" }),
    field("MailingStreet", "textarea", { compoundFieldName: "MailingAddress" }),
    field("MailingLatitude", "double", { precision: 18, scale: 15, compoundFieldName: "MailingAddress" }),
    field("Birthdate", "date"),
    field("Photo__c", "base64"),
    field("LastModifiedById", "reference", { referenceTo: ["User"] }),
  ],
}

/** A child of Account by its master-detail. */
export const site = {
  name: "Site__c",
  queryable: true,
  updateable: true,
  has_events: true,
  fields: [
    ...standard,
    field("Name", "string"),
    field("Account__c", "reference", {
      referenceTo: ["Account"],
      cascadeDelete: true,
      relationshipOrder: 0,
      nillable: false,
    }),
    field("Speed__c", "double", { precision: 10, scale: 2 }),
    // Names that the functions which are made of the mapping use themselves.
    ...[
      "Fields__c",
      "Record_Id__c",
      "With_Columns__c",
      "S__c",
      "Record_Ids__c",
      "Error__c",
      "Verdict__c",
      "Order__c",
    ].map((name) => field(name, "string")),
  ],
}

/** What a wish comes to; changes nothing. */
export async function plan(pool: Pool, wish: object, describe: object): Promise<Plan> {
  const { rows } = await pool.query<{ plan: Plan }>("select sf_shadow._plan_object($1, $2) as plan", [
    wish,
    describe,
  ])
  return (rows[0] as { plan: Plan }).plan
}

/** Mirrors an object. */
export const add = (pool: Pool, wish: object, describe: object) =>
  pool.query("select sf_shadow.add_object($1, $2)", [wish, describe])

/** What a refused or undone change must leave: the schema, and every row of the mapping. */
export async function everything(pool: Pool): Promise<string> {
  const { rows } = await pool.query(
    `select (select jsonb_agg(to_jsonb(o) - 'object_id' order by o.object) from sf_shadow.object o) as objects,
       (select jsonb_agg(f order by f.object, f.column_name) from sf_shadow.field f) as fields,
       (select count(*) from sf_shadow.object_state) as states, (select count(*) from sf_shadow_worker.jobs) as jobs,
       (select count(*) from pg_proc where pronamespace = 'sf_shadow_compiled'::regnamespace) as compiled`,
  )
  return `${await dumpSchema(pool)}\n${JSON.stringify(rows)}`
}

/** An object with change events as the service hands it to a plan, with these fields beside those that each has. */
export const described = (name: string, ...fields: ReturnType<typeof field>[]) => ({
  name,
  queryable: true,
  updateable: true,
  has_events: true,
  fields: [...standard, ...fields],
})
const refers = (name: string, referenceTo: string[], more: object = {}) =>
  field(name, "reference", { referenceTo, nillable: false, ...more })

/** An org with a child of a child of Account, and two objects that refer to each other. */
export const mappedOrg: DescribedForPlan[] = [
  contact,
  site,
  described("Account", field("Phone", "phone"), field("Fax", "phone")),
  described(
    "Product2",
    field("Description", "textarea"),
    field("Tier__c", "picklist"),
    field("Seats__c", "int"),
  ),
  described("Visit__c", refers("Site__c", ["Site__c"], { cascadeDelete: true }), field("Note__c", "string")),
  described("PricebookEntry", field("Tier__c", "picklist")),
  described("A__c", refers("B__c", ["B__c"])),
  described("B__c", refers("A__c", ["A__c"])),
]
