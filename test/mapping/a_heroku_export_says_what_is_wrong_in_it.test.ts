import assert from "node:assert/strict"
import { test } from "node:test"
import { exportedFields } from "../../src/mapping/heroku/fields.ts"
import { readHerokuExport } from "../../src/mapping/heroku/read.ts"
import { contact, field } from "./described_objects.ts"

const refusal = (text: string) => {
  try {
    readHerokuExport("export.json", text)
  } catch (error) {
    return (error as Error).message
  }
  return "not refused"
}

test("an export that cannot be read is refused with all of its faults, by their lines", () => {
  assert.equal(
    refusal('{"mappings": [],\n "version": 2}'),
    "export.json cannot be applied, and nothing was changed:\n  line 2: version: this program reads version 1, and the file says 2",
  )
  assert.equal(
    refusal('{"version": 1, "objects": {}}'),
    `export.json cannot be applied, and nothing was changed:
  line 1: mappings: a list, in brackets, is expected
  line 1: objects: there is no such key. The keys here are version, mappings, connection`,
  )
  assert.match(refusal("[1"), /^export\.json is not JSON, and nothing was changed:\n {2}line 1, column 3/)
  const faulty = `{"version": 1, "mappings": [
    {"object_name": "Contact", "config": {"access": "write_only",
      "fields": {"Name": {}, "Name": {}},
      "indices": {}}},
    {"object_name": "contact", "config": {"access": "read_only", "fields": ["Name"],
      "sf_polling_seconds": "often",
      "indexes": {"Id": {"uniqe": true}}}},
    {"name": "Lead", "config": {"access": "read_only", "fields": {}}}
  ]}`
  assert.equal(
    refusal(faulty),
    `export.json cannot be applied, and nothing was changed:
  line 2: mappings.0.config.access: read_only or read_write is expected
  line 3: mappings.0.config.fields.Name is there a second time
  line 4: mappings.0.config.indices: there is no such key. Is it indexes?
  line 5: mappings.1.config.fields: an object, in braces, is expected
  line 6: mappings.1.config.sf_polling_seconds: a number is expected
  line 7: mappings.1.config.indexes.Id.uniqe: there is no such key. Is it unique?
  line 8: mappings.2.object_name: a text is expected
  line 8: mappings.2.name: there is no such key. The keys here are object_name, config`,
  )
  const twice = '{"object_name": "X__c", "config": {"access": "read_only", "fields": {}}}'
  assert.match(
    refusal(`{"version": 1, "mappings": [${twice},\n${twice.replace("X__c", "x__C")}]}`),
    /line 2: x__C is there a second time$/,
  )
})

test("what an export has and cannot be a column or an index is left out by its name; the rest is in the org's own names", () => {
  const described = {
    ...contact,
    fields: [
      ...contact.fields,
      field("LastViewedDate", "datetime"),
      field("Owner__c", "reference", { referenceTo: ["User"] }),
      field("Note__c", "textarea", { length: 32_000 }),
      field("Email", "email", { length: 80 }),
    ],
  }
  const names = [
    ...["Id", "ISDELETED", "systemmodstamp", "lastname", "LastViewedDate", "Photo__c", "Account.Number__c"],
    ...["owner__r__number__c", "Note__c", "Email", "Other.Name", "Missing__c", "Mailing__Typo__c"],
  ]
  const exported = exportedFields(
    {
      access: "read_only",
      fields: Object.fromEntries(names.map((name) => [name, {}])),
      indexes: {
        Id: { unique: true },
        isdeleted: {},
        SYSTEMMODSTAMP: { unique: false },
        note__c: {},
        "Account.Number__c": {},
        Missing__c: { unique: true },
      },
      upsert_field: "email",
    },
    described,
    undefined,
  )
  assert.deepEqual(exported, {
    fields: ["LastName", "Note__c", "Email", "Missing__c", "Mailing__Typo__c"],
    indexes: ["SystemModstamp", "Missing__c", "Email"],
    leftOut: [
      { field: "LastViewedDate", reason: "when this user last looked at the record" },
      { field: "Photo__c", reason: "the content of a file (base64)" },
      {
        field: "Account.Number__c",
        reason: "a field of the Account that AccountId refers to: join that",
      },
      {
        field: "owner__r__number__c",
        reason: "a field of the User that Owner__c refers to: join that",
      },
      { field: "Other.Name", reason: "a field of another record" },
    ],
    unindexed: ["Note__c"],
    unique: ["Missing__c", "Email"],
    standsIn: undefined,
  })
})
