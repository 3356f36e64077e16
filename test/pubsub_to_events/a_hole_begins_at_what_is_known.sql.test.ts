import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const respond = (shadow: Shadow, received: number, objects: string[], knownUntil: number | null) =>
  shadow.pool.query("select sf_shadow.replay_to_holes($1, $2, $3, $4, $5)", [
    shadow.streamId,
    received,
    objects,
    knownUntil === null ? null : at(knownUntil),
    at(500),
  ])

const holes = (shadow: Shadow) =>
  shadow.all(
    "select object, hole_from, hole_to from sf_shadow.object_state where hole_from is not null order by object",
  )

test("of a stream that knows nothing it begins at the object's load, less the margin, or at the response", async () => {
  const shadow = await Shadow.open()
  await shadow.pool.query("update sf_shadow.object_state set delta_from = $1 where object = 'Product2'", [
    at(200),
  ])
  await respond(shadow, 0, ["Product2", "Account"], null)
  assert.deepEqual(await holes(shadow), [
    { object: "Account", hole_from: at(500), hole_to: at(500) },
    { object: "Product2", hole_from: at(190), hole_to: at(500) },
  ])
})

test("what the stream knows counts before the load", async () => {
  const shadow = await Shadow.open()
  await shadow.pool.query("update sf_shadow.object_state set delta_from = $1 where object = 'Product2'", [
    at(200),
  ])
  await respond(shadow, 0, ["Product2"], 300)
  assert.deepEqual(await holes(shadow), [{ object: "Product2", hole_from: at(300), hole_to: at(500) }])
})

test("an event that another stream has received, or this one only now, shows nothing", async () => {
  const shadow = await Shadow.open()
  const known = created("Product2", product(1, 10), 10)
  const own = shadow.use(await shadow.openStream("/data/other", []))
  await shadow.publish(known)
  shadow.use(own)
  await shadow.publish(known, known)
  await respond(shadow, 2, ["Product2"], 100)
  assert.deepEqual(await holes(shadow), [{ object: "Product2", hole_from: at(100), hole_to: at(500) }])
})

test("an event that was received before, but not in this response, shows nothing", async () => {
  const shadow = await Shadow.open()
  const known = created("Product2", product(1, 10), 10)
  await shadow.publish(known)
  await shadow.publish(known)
  await shadow.publish(event("Product2", "UPDATE", productId(2), 101, { Name: "x" }))
  await respond(shadow, 1, ["Product2"], 100)
  assert.deepEqual(await holes(shadow), [{ object: "Product2", hole_from: at(100), hole_to: at(500) }])
})
