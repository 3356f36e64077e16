import assert from "node:assert/strict"
import { test } from "node:test"
import { readBitmaps, selectedNames } from "../../src/pubsub/bitmap.ts"
import { decodeEvent } from "../../src/pubsub/decode.ts"
import { EventDefect } from "../../src/pubsub/defect.ts"
import { parseEventSchema } from "../../src/pubsub/schema.ts"
import { consumed, payloadOf, schemaJson } from "./event.ts"

const schema = parseEventSchema("schema-1", schemaJson)
const names = (...bitmaps: string[]) => selectedNames(readBitmaps(bitmaps, schema))

test("bit i from the right is field i of the schema, the header being field 0", () => {
  assert.deepEqual(names("0x30"), ["Description", "AnnualRevenue"])
  assert.deepEqual(names("0x0000000000000010"), ["Description"])
  assert.deepEqual(names("0x1000"), ["Big__c"])
  assert.deepEqual(names(), [])
})

test("nested bitmaps stand alone or beside the top one and become flat REST names", () => {
  assert.deepEqual(names("2-0x01"), ["BillingStreet"])
  assert.deepEqual(names("0x10", "2-0x06", "11-0x02"), [
    "Description",
    "BillingCity",
    "BillingLatitude",
    "Place__Longitude__s",
  ])
  assert.deepEqual(names("3-0x01"), ["Site__Street__s"])
  assert.deepEqual(names("1-0x02"), ["LastName"])
})

test("the bit of a whole address stands for all its subfields", () => {
  assert.deepEqual(names("0x04"), ["BillingStreet", "BillingCity", "BillingLatitude"])
})

for (const [bitmap, why] of [
  ["0x2000", /field 13 of AccountChangeEvent, whose schema schema-1 has 12/],
  ["2-0x08", /subfield 3 of BillingAddress, which has 3/],
  ["4-0x01", /subfields of Description, which has none/],
  ["99-0x01", /field 99/],
  ["0x01", /the header/],
  ["0x", /not of the form/],
  ["0xZZ", /not of the form/],
  ["Name", /not of the form/],
  [`0x${"F".repeat(200_000)}`, /header|field/],
] as const) {
  test(`the bitmap ${bitmap.slice(0, 20)} is a clear error`, () => {
    assert.throws(
      () => readBitmaps([bitmap], schema),
      (error) =>
        error instanceof EventDefect && error.reason === "malformed-bitmap" && why.test(error.message),
    )
  })
}

test("an event with a bitmap beyond its schema is set aside with its header and bytes", () => {
  const payload = payloadOf({ changedFields: ["0x2000"] })
  const event = decodeEvent(consumed(payload), schema)
  assert.equal(event.error?.reason, "malformed-bitmap")
  assert.deepEqual(event.recordIds, ["001Dp00000JJkkHIAT"])
  assert.equal(event.fields, "{}")
  assert.deepEqual(event.bytes, payload)
})
