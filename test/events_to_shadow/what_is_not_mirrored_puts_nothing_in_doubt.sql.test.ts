import assert from "node:assert/strict"
import { afterEach, test } from "node:test"
import { event, type ObjectName, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

let shadow: Shadow

afterEach(async () => {
  await shadow.pool.query("update sf_shadow.object set enabled = true where not enabled")
})

const overflow = (object: string) => event(object as ObjectName, "GAP_OVERFLOW", "000000000000000AAA", 60)
const nameless = (object: string) =>
  event(object as ObjectName, "UPDATE", [], 61, {}, { error: "no-record-ids: x", bytes: "00ff" })

const holes = () =>
  shadow.all("select object from sf_shadow.object_state where hole_from is not null order by object")

test("an event of an object that is not mirrored, and names no record, puts no other object in doubt", async () => {
  shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  const folded = await shadow.apply(
    overflow("Contact"),
    nameless("Contact"),
    event("Contact" as ObjectName, "UPDATE", "003*", 62),
    event("Product2", "UPDATE", productId(1), 63, { Name: "after" }),
  )
  assert.deepEqual(await holes(), [])
  assert.equal((await shadow.row("Product2", productId(1)))?.name, "after")
  assert.deepEqual(folded.map(({ result, events }) => [result, events]).sort(), [
    ["applied", 1],
    ["not mirrored", 1],
    ["not mirrored", 2],
  ])
})

test("neither does one of a paused object", async () => {
  shadow = await Shadow.open()
  await shadow.pool.query("select sf_shadow_pause('Product2')")
  await shadow.apply(overflow("Product2"), nameless("Product2"))
  assert.deepEqual(await holes(), [{ object: "Product2" }], "that of the pause")
})

test("an event whose header was not readable is of an object of its stream that is not paused", async () => {
  shadow = await Shadow.open()
  await shadow.all("select sf_shadow.ensure_stream('/data/AccountChangeEvent', array['Account'])")
  await shadow.pool.query("select sf_shadow_pause('Product2')")
  const header = { commit_timestamp: null, commit_number: null, sequence_number: null, change_type: null }
  await shadow.apply({ ...nameless("Product2"), ...header, object: null, error: "undecodable: x" })
  assert.deepEqual(
    await shadow.all(
      "select object, hole_reason from sf_shadow.object_state where hole_from is not null order by object",
    ),
    [
      { object: "PricebookEntry", hole_reason: "event not decoded: undecodable: x" },
      { object: "Product2", hole_reason: "paused" },
    ],
  )
})
