import assert from "node:assert/strict"
import { test } from "node:test"
import { type DecodedEvent, decodeEvent } from "../../src/pubsub/decode.ts"
import { parseEventSchema, UnusableSchemaError } from "../../src/pubsub/schema.ts"
import { consumed, payloadOf, schemaJson } from "./event.ts"

const schema = parseEventSchema("schema-1", schemaJson)
type Header = Parameters<typeof payloadOf>[0]

function decode(header: Header, body: Record<string, unknown> = {}, keep?: string[]): DecodedEvent {
  return decodeEvent(consumed(payloadOf(header, body)), schema, keep && (() => new Set(keep)))
}

const fieldsOf = (event: DecodedEvent) => {
  assert.equal(event.error, null)
  return JSON.parse(event.fields)
}

test("a create has every field, flat, with nulls for what is unset or empty", () => {
  const body = {
    Name: "Acme",
    BillingAddress: { Street: "1 Main\nStreet", City: "", Latitude: 37.5 },
    AnnualRevenue: 1234.5,
    NumberOfEmployees: 7,
    IsActive: false,
    CreatedDate: 1_795_428_000_000n,
    Start__c: 20_780n,
    Opens__c: 36_000_000n,
    Big__c: 9_007_199_254_740_993n,
  }
  const event = decode({ changeType: "CREATE" }, body)
  assert.match(event.fields, /"Big__c":9007199254740993[,}]/)
  const { Big__c: _, ...fields } = fieldsOf(event)
  assert.deepEqual(fields, {
    FirstName: null,
    LastName: null,
    Name: "Acme",
    BillingStreet: "1 Main\nStreet",
    BillingCity: null,
    BillingLatitude: 37.5,
    Site__Street__s: null,
    Site__City__s: null,
    Site__Latitude__s: null,
    Description: null,
    AnnualRevenue: 1234.5,
    NumberOfEmployees: 7,
    IsActive: false,
    CreatedDate: "2026-11-23T10:00:00.000Z",
    Start__c: "2026-11-23",
    Opens__c: "10:00:00.000Z",
    Place__Latitude__s: null,
    Place__Longitude__s: null,
  })
  assert.deepEqual(event.inexactFields, [])
})

test("a date may come in milliseconds as well as in days", () => {
  const milliseconds = BigInt(Date.UTC(2026, 10, 23))
  assert.equal(fieldsOf(decode({ changeType: "CREATE" }, { Start__c: milliseconds })).Start__c, "2026-11-23")
  assert.equal(fieldsOf(decode({ changeType: "CREATE" }, { Start__c: -1n })).Start__c, "1969-12-31")
})

test("an update has only what changed; null in its body means nothing else", () => {
  const event = decode(
    { changedFields: ["0x70", "2-0x02"], nulledFields: ["0x10", "2-0x02"] },
    { AnnualRevenue: 0.1, BillingAddress: { Street: null, City: null, Latitude: null } },
  )
  assert.deepEqual(fieldsOf(event), {
    Description: null,
    AnnualRevenue: 0.1,
    NumberOfEmployees: null,
    BillingCity: null,
  })
  assert.deepEqual(event.nulledFields, ["Description", "BillingCity"])
})

test("unstated nulls of a whole changed address are in doubt, not nulled", () => {
  const body = { BillingAddress: { Street: "1 Main St", City: null, Latitude: null } }
  const event = decode({ changedFields: ["0x04"], nulledFields: ["2-0x02"] }, body)
  assert.deepEqual(fieldsOf(event), { BillingStreet: "1 Main St", BillingCity: null })
  assert.deepEqual(event.inexactFields, ["BillingLatitude"])
})

test("a wholly nulled address nulls every subfield", () => {
  const event = decode({ changedFields: ["0x04"], nulledFields: ["0x04"] })
  assert.deepEqual(fieldsOf(event), { BillingStreet: null, BillingCity: null, BillingLatitude: null })
})

test("a person's name comes as its parts, and Name itself is then in doubt", () => {
  const event = decode({ changedFields: ["1-0x01"] }, { Name: { FirstName: "Ada", LastName: null } })
  assert.deepEqual(fieldsOf(event), { FirstName: "Ada" })
  assert.deepEqual(event.inexactFields, ["Name"])
  assert.deepEqual(fieldsOf(decode({ changedFields: ["0x02"] }, { Name: "Acme" })), { Name: "Acme" })
})

test("a text that came as a diff is named and left out", () => {
  const event = decode(
    { changedFields: ["0x30"], diffFields: ["0x10"] },
    { Description: "--- \n+++ 1f\n@@ -1 +1 @@", AnnualRevenue: 5 },
  )
  assert.deepEqual(fieldsOf(event), { AnnualRevenue: 5 })
  assert.deepEqual(event.diffFields, ["Description"])
  assert.deepEqual(event.changedFields, ["AnnualRevenue", "Description"])
})

test("doubles of more than 15 digits are named as inexact", () => {
  const inexact = (value: number) =>
    decode({ changedFields: ["0x20"] }, { AnnualRevenue: value }).inexactFields.length > 0
  assert.equal(inexact(0.1 + 0.2), true)
  assert.equal(inexact(1234567890123456), true)
  assert.equal(inexact(123456789012345), false)
  assert.equal(inexact(99_999_999.99), false)
  assert.equal(inexact(1e-7), false)
})

test("fields that may not be stored leave no trace, whatever they hold", () => {
  const event = decode(
    { changedFields: ["0x70"], nulledFields: ["0x10"], diffFields: [] },
    { Description: "a\0b", AnnualRevenue: 5 },
    ["AnnualRevenue"],
  )
  assert.equal(event.fields, '{"AnnualRevenue":5}')
  assert.deepEqual(event.changedFields, ["AnnualRevenue"])
  assert.deepEqual(event.nulledFields, [])
})

test("deletes, gaps and overflows have no fields", () => {
  for (const changeType of ["DELETE", "GAP_UPDATE", "GAP_OVERFLOW"]) {
    const event = decode({ changeType, recordIds: ["000000000000000AAA"] })
    assert.deepEqual(fieldsOf(event), {})
  }
  assert.deepEqual(decode({ changeType: "GAP_UPDATE", recordIds: ["001*"] }).recordIds, ["001*"])
})

test("each change type that Salesforce documents is known by its name, also without the event's schema", () => {
  const kinds = ["CREATE", "UPDATE", "DELETE", "UNDELETE"]
  for (const changeType of [...kinds, ...kinds.map((kind) => `GAP_${kind}`), "GAP_OVERFLOW", "SNAPSHOT"]) {
    const event = decode({ changeType })
    assert.deepEqual([event.changeType, event.error], [changeType, null])
    const unread = decodeEvent(consumed(payloadOf({ changeType })), new UnusableSchemaError("none"))
    assert.equal(unread.changeType, changeType)
  }
})

test("header numbers keep all 64 bits", () => {
  const min = -(2n ** 63n)
  const max = 2n ** 63n - 1n
  for (const commitNumber of [min, -1n, 0n, 2n ** 53n + 1n, max]) {
    assert.equal(decode({ commitNumber }).commitNumber, String(commitNumber))
  }
})
