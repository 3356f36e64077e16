import assert from "node:assert/strict"
import { test } from "node:test"
import { type DecodedEvent, decodeEvent } from "../../src/pubsub/decode.ts"
import { parseEventSchema, UnusableSchemaError } from "../../src/pubsub/schema.ts"
import { recordedEvents, recordedSchema, recordedSchemaId, whereRecorded } from "../harness/recorded.ts"

function decodeFile(name: string): DecodedEvent[] {
  const schema = parseEventSchema(recordedSchemaId, recordedSchema())
  return recordedEvents(name).map(({ event, replayId }) => {
    const used = event.schema_id === recordedSchemaId ? schema : new UnusableSchemaError("not recorded")
    return decodeEvent({ event, replay_id: replayId }, used)
  })
}

test("a change of a street names that subfield alone and leaves its neighbours out", whereRecorded, () => {
  const [event] = decodeFile("AccountAddressUpdateEvent.json")
  assert.equal(event?.error, null)
  assert.equal(event?.object, "Account")
  assert.equal(event?.changeType, "UPDATE")
  assert.deepEqual(event?.recordIds, ["001Dp00000JJkkHIAT"])
  assert.equal(event?.replayId.toString("hex"), "00000000001790500000")
  assert.equal(event?.commitNumber, "12279648331300")
  assert.equal(event?.commitTimestamp?.toISOString(), "2026-02-17T04:03:15.000Z")
  assert.deepEqual(event?.changedFields, ["LastModifiedDate", "ShippingStreet"])
  assert.deepEqual(JSON.parse(event?.fields ?? ""), {
    LastModifiedDate: "2026-02-17T04:03:15.000Z",
    ShippingStreet: "101 California St",
  })
})

test("a geocoding update, whose only bitmap is nested, changes latitude and longitude", whereRecorded, () => {
  const [, event] = decodeFile("AccountAddressUpdateEvent.json")
  assert.equal(event?.error, null)
  assert.equal(event?.changeOrigin, "")
  assert.deepEqual(JSON.parse(event?.fields ?? ""), {
    ShippingLatitude: 37.793113,
    ShippingLongitude: -122.398524,
  })
})

test("a bitmap of nine bytes reaches a custom field", whereRecorded, () => {
  const [event] = decodeFile("AccountUpdateEvents.json")
  assert.equal(event?.error, null)
  assert.deepEqual(JSON.parse(event?.fields ?? ""), {
    LastModifiedDate: "2026-02-17T01:29:32.000Z",
    Amount_Owed__c: 3233,
  })
})

test("the header of an event whose schema cannot be had is still read", whereRecorded, () => {
  const creates = decodeFile("AccountCreationEvents.json")
  assert.deepEqual(
    creates.map((event) => [event.changeType, event.recordIds[0], event.sequenceNumber, event.commitNumber]),
    [
      ["CREATE", "001Dp00000JJkjiIAD", 1, "287879527262"],
      ["CREATE", "001Dp00000JJkjjIAD", 2, "287879527262"],
      ["CREATE", "001Dp00000JJkjkIAD", 3, "287879527262"],
    ],
  )
  assert.ok(creates.every((event) => event.error?.reason === "schema-unusable" && event.bytes !== null))
  const merged = decodeFile("EventContentPayload.json")
  assert.deepEqual(
    merged.map((event) => [event.recordIds.length, event.sequenceNumber]),
    [
      [20, 1],
      [20, 2],
    ],
  )
  assert.deepEqual(decodeFile("EventBod.json")[0]?.recordIds, ["001Dp00000H8YVWIA3"])
})
