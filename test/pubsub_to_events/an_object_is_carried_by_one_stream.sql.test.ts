import assert from "node:assert/strict"
import { test } from "node:test"
import { created, product } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const carried = (shadow: Shadow) =>
  shadow.all<{ topic: string; objects: string[] }>(
    "select topic, objects from sf_shadow_stream order by topic",
  )
const ensure = async (shadow: Shadow, topic: string, objects: string[]) =>
  (await shadow.all<{ id: number }>("select sf_shadow.ensure_stream($1, $2) as id", topic, objects))[0]?.id

test("again with the same objects it is the same stream, where it was", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(created("Product2", product(1, 10), 10))
  const before = await shadow.all("select * from sf_shadow.stream_cursor")
  assert.equal(
    await ensure(shadow, "/data/ChangeEvents", ["Product2", "PricebookEntry", "Account"]),
    shadow.streamId,
  )
  assert.deepEqual(await shadow.all("select * from sf_shadow.stream_cursor"), before)
  assert.equal((await carried(shadow)).length, 1)
})

test("an object that moves to another topic leaves its own, and the others stay", async () => {
  const shadow = await Shadow.open()
  await ensure(shadow, "/data/AccountChangeEvent", ["Account"])
  assert.deepEqual(await carried(shadow), [
    { topic: "/data/AccountChangeEvent", objects: ["Account"] },
    { topic: "/data/ChangeEvents", objects: ["PricebookEntry", "Product2"] },
  ])
})

test("an object that its topic does not carry any more is carried by none", async () => {
  const shadow = await Shadow.open()
  await ensure(shadow, "/data/ChangeEvents", ["Product2"])
  assert.deepEqual(await carried(shadow), [{ topic: "/data/ChangeEvents", objects: ["Product2"] }])
})

test("an object that joins a stream which is followed already is not claimed until a leader has carried it", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.apply(created("Product2", product(1, 10), 10))
  await shadow.all(
    "insert into sf_shadow.object (object, shadow_table, key_column, topic) values ('Contact', 'sf_contact_shadow', 'contact_id', '/data/ContactChangeEvent')",
  )
  await shadow.all("insert into sf_shadow.object_state (object) values ('Contact')")
  const holes = () =>
    shadow.all<{ object: string; open_causes: string[] }>(
      "select object, open_causes from sf_shadow.object_state where hole_from is not null order by object",
    )
  const before = await holes()
  await ensure(shadow, "/data/ChangeEvents", ["Product2", "PricebookEntry", "Account", "Contact"])
  assert.deepEqual(
    (await holes()).filter(({ object }) => !before.some((one) => one.object === object)),
    [{ object: "Contact", open_causes: ["stream"] }],
  )
})
