import assert from "node:assert/strict"
import { test } from "node:test"
import { at, event, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const header = {
  commit_timestamp: null,
  commit_number: null,
  sequence_number: null,
  error: "undecodable: x",
  bytes: "00",
}
const receivedBy = at(1_000)
const blind = () =>
  event("Product2", "UPDATE", productId(1), 0, {}, { ...header, committed_before: receivedBy })

const keepalive = (shadow: Shadow, produced: number) =>
  shadow.pool.query("select sf_shadow.pubsub_to_events($1, $2, '\\x0a', '[]', $3)", [
    shadow.streamId,
    shadow.epoch,
    at(produced),
  ])

const since = async (shadow: Shadow) => (await shadow.dirty("Product2"))[0]?.since

test("since the last event that was applied", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(event("Product2", "UPDATE", productId(1), 100, { Name: "x" }))
  await keepalive(shadow, 500)
  await shadow.apply(blind())
  assert.deepEqual(await since(shadow), at(100))
})

test("where none was applied, since the keepalive before it, less the delay of publishing", async () => {
  const shadow = await Shadow.open()
  await keepalive(shadow, 500)
  await shadow.apply(blind())
  assert.deepEqual(await since(shadow), at(440))
})

test("a keepalive after it proves nothing: since the bus can have kept it, 73 hours before it was received", async () => {
  const shadow = await Shadow.open()
  await shadow.publish(blind())
  await keepalive(shadow, 500)
  await shadow.fold()
  assert.deepEqual(await since(shadow), at(1_000 - 73 * 3_600))
})

test("why it cannot be applied is the reason of its doubt", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(
    blind(),
    event("Product2", "GAP_UPDATE", productId(2), 60),
    event("Product2", "SNAPSHOT", productId(3), 61),
  )
  assert.deepEqual(
    (await shadow.dirty("Product2")).map(({ reason }) => reason),
    ["event not decoded: undecodable: x", "gap event: GAP_UPDATE", "change type SNAPSHOT"],
  )
})
