import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { decodeEvent } from "../../src/pubsub/decode.ts"
import { parseEventSchema, UnusableSchemaError } from "../../src/pubsub/schema.ts"
import { consumed, payloadOf, schemaJson } from "./event.ts"

const schema = parseEventSchema("schema-1", schemaJson)
const goodId = "001Dp00000JJkkHIAT"
type Header = Parameters<typeof payloadOf>[0]

const cases: [string, Header, Record<string, unknown>, string][] = [
  ["no record ids", { recordIds: [] }, {}, "no-record-ids"],
  ["a malformed record id", { recordIds: [goodId, "001Dp00000JJ; --"] }, {}, "malformed-record-id"],
  ["a negative commit time", { commitTimestamp: -1n }, {}, "commit-timestamp"],
  ["a commit time in the far future", { commitTimestamp: 2n ** 62n }, {}, "commit-timestamp"],
  ["a NUL in its header", { changeOrigin: "a\0b" }, {}, "unstorable-text"],
  ["a NUL in a text", { changedFields: ["0x10"] }, { Description: "a\0b" }, "unstorable-text"],
  ["half of a character in its header", { commitUser: "cut \ud83d" }, {}, "unstorable-text"],
  ["half of a character", { changedFields: ["0x10"] }, { Description: "\ude00" }, "unstorable-text"],
  ["half of a character in a bitmap", { changedFields: ["0x\ud83d"] }, {}, "malformed-bitmap"],
  ["an infinite number", { changedFields: ["0x20"] }, { AnnualRevenue: Infinity }, "value-out-of-range"],
  ["a date beyond year 9999", { changedFields: ["0x100"] }, { CreatedDate: 2n ** 60n }, "value-out-of-range"],
  ["a time beyond a day", { changedFields: ["0x400"] }, { Opens__c: 86_400_000n }, "value-out-of-range"],
]

for (const [what, header, body, reason] of cases) {
  test(`an event with ${what} keeps its bytes and its other header fields`, () => {
    const payload = payloadOf(header, body)
    const event = decodeEvent(consumed(payload), schema)
    assert.equal(event.error?.reason, reason)
    assert.deepEqual(event.bytes, payload)
    assert.equal(event.fields, "{}")
    assert.equal(event.object, "Account")
    assert.equal(event.changeType, "UPDATE")
    assert.deepEqual(event.recordIds, header.recordIds?.length === 0 ? [] : [goodId])
    assert.equal(event.transactionKey, "00003adb-6942-447e-6033-9e8fe741230f")
    assert.doesNotMatch(JSON.stringify({ ...event, bytes: null }), /(?<!\\)\\u(0000|d[89a-f])/)
  })
}

test("an event with a byte that is not UTF-8 is set aside, not stored with another character in its place", () => {
  const payload = payloadOf({ changedFields: ["0x10"] }, { Description: "na?ve" })
  payload[payload.indexOf("na?ve") + 2] = 0xef
  const event = decodeEvent(consumed(payload), schema)
  assert.deepEqual(event.error, {
    reason: "unstorable-text",
    message: "Description holds \\xef, which Postgres cannot store",
  })
})

test("a text that Postgres cannot hold is no matter in a field that is not kept, nor is a whole character", () => {
  const payload = payloadOf(
    { changedFields: ["0x12"] },
    { Description: "cut \ud83d", Name: "whole 😀 \ufffd \ue000" },
  )
  const event = decodeEvent(consumed(payload), schema, () => new Set(["Name"]))
  assert.equal(event.error, null)
  assert.equal(event.fields, '{"Name":"whole 😀 \ufffd \ue000"}')
})

test("a change type that no version of the schema had is an error, not a guess", () => {
  const payload = payloadOf({})
  const other = parseEventSchema("schema-2", schemaJson.replace('"UPDATE"', '"MERGE"'))
  const event = decodeEvent(consumed(payload), other)
  assert.equal(event.error?.reason, "unknown-change-type")
  assert.equal(event.changeType, null)
  assert.deepEqual(event.recordIds, [goodId])
})

test("a payload cut anywhere keeps the header as far as it goes", () => {
  const payload = payloadOf({ changedFields: ["0x20"] }, { AnnualRevenue: 5 })
  for (let length = 0; length < payload.length; length++) {
    const event = decodeEvent(consumed(payload.subarray(0, length)), schema)
    assert.equal(event.error?.reason, "undecodable", `cut at ${length}`)
    if (length > 40) assert.deepEqual([event.object, event.recordIds], ["Account", [goodId]])
  }
  const longer = decodeEvent(consumed(Buffer.concat([payload, Buffer.alloc(3)])), schema)
  assert.match(longer.error?.message ?? "", /3 bytes too many/)
})

test("random bytes never throw, hang or exhaust the memory", () => {
  const bytes = fc.uint8Array({ maxLength: 300 })
  const good = payloadOf({ changedFields: ["0x20", "2-0x01"] }, { AnnualRevenue: 5 })
  const damaged = fc
    .array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    .map((edits) => {
      const copy = Buffer.from(good)
      for (const [at, value] of edits) copy[at] = value
      return copy
    })
  fc.assert(
    fc.property(fc.oneof(bytes, damaged), (payload) => {
      const event = decodeEvent(consumed(Buffer.from(payload)), schema)
      JSON.parse(event.fields)
      assert.equal(event.error === null, event.bytes === null)
    }),
    { numRuns: 3000 },
  )
})

test("an event without a usable schema still names its records", () => {
  const event = decodeEvent(consumed(payloadOf({})), new UnusableSchemaError("no such schema"))
  assert.deepEqual(event.error, { reason: "schema-unusable", message: "no such schema" })
  assert.deepEqual([event.object, event.changeType, event.recordIds], ["Account", "UPDATE", [goodId]])
})
