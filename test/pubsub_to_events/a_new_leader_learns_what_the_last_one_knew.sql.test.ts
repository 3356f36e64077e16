import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

interface Lead {
  stream_id: number
  epoch: string
  position_lost: boolean
  replay_id: Buffer | null
  known_until: Date | null
  unproven_since: Date | null
}

async function lead(shadow: Shadow, topic = "/data/ChangeEvents"): Promise<Lead> {
  const [row] = await shadow.all<Lead>("select * from sf_shadow.lead_stream($1)", topic)
  return row as Lead
}

/** Says that a keepalive was produced at a second. */
const keepalive = (shadow: Shadow, produced: number) =>
  shadow.pool.query("select sf_shadow.pubsub_to_events($1, $2, '\\x0a', '[]', $3)", [
    shadow.streamId,
    shadow.epoch,
    at(produced),
  ])

test("a stream that was never followed has no position, and loses none", async () => {
  const shadow = await Shadow.open()
  const { replay_id, position_lost, known_until, unproven_since } = await lead(shadow)
  assert.deepEqual([replay_id, position_lost, known_until, unproven_since], [null, false, null, null])
})

test("it is known until the last event applied, or the last keepalive less the delay of publishing", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(created("Product2", product(1, 100), 100))
  assert.deepEqual((await lead(shadow)).known_until, at(100))
  await shadow.lead()
  await keepalive(shadow, 130)
  assert.deepEqual((await lead(shadow)).known_until, at(100), "within 60 s something may still come")
  await shadow.lead()
  await keepalive(shadow, 200)
  assert.deepEqual((await lead(shadow)).known_until, at(140))
})

test("each leader has an epoch of its own, and other streams keep theirs", async () => {
  const shadow = await Shadow.open()
  await shadow.pool.query("select sf_shadow.ensure_stream('/data/AccountChangeEvent', array['Account'])")
  const other = await lead(shadow, "/data/AccountChangeEvent")
  const first = await lead(shadow)
  const second = await lead(shadow)
  assert.notEqual(second.epoch, first.epoch)
  const [{ epoch }] = (await shadow.all<{ epoch: string }>(
    "select epoch from sf_shadow.stream where stream_id = $1",
    other.stream_id,
  )) as [{ epoch: string }]
  assert.equal(epoch, other.epoch)
})

test("a position of 69 hours is gone on from", async () => {
  const shadow = await Shadow.open()
  await shadow.publish(event("Product2", "UPDATE", productId(1), 10, { Name: "x" }))
  await shadow.pool.query("update sf_shadow.stream set position_at = now() - interval '69 hours'")
  const { replay_id, position_lost } = await lead(shadow)
  assert.deepEqual([replay_id !== null, position_lost], [true, false])
})

test("a hole that a leader opened and did not live to close is the next one's to close", async () => {
  const shadow = await Shadow.open()
  const open = (object: string, from: number, cause: string) =>
    shadow.pool.query("select sf_shadow._open_hole($1, $2, 'infinity', 'test', $3)", [
      object,
      at(from),
      cause,
    ])
  await open("Account", 50, "paused")
  assert.equal((await lead(shadow)).unproven_since, null, "another cause")
  await open("PricebookEntry", 80, "stream")
  await open("Product2", 70, "stream")
  assert.deepEqual((await lead(shadow)).unproven_since, at(70), "the first of its objects")
  await shadow.pool.query("select sf_shadow.ensure_stream('/data/AccountChangeEvent', array['Account'])")
  assert.equal((await lead(shadow, "/data/AccountChangeEvent")).unproven_since, null)
})

test("a position that is lost leaves a hole from what is known, a first one from the load or the subscription", async () => {
  const shadow = await Shadow.open()
  const subscribe = (objects: string[], beginsAt: number, endsAt: number | null) =>
    shadow.pool.query("select sf_shadow.stream_to_holes($1, $2, $3, $4, 'test')", [
      shadow.streamId,
      objects,
      at(beginsAt),
      endsAt === null ? null : at(endsAt),
    ])
  await subscribe(["Account"], 90, null)
  assert.deepEqual((await shadow.state("Account")).hole_from, at(90), "nothing is known")
  await shadow.apply(created("Product2", product(1, 100), 100))
  await shadow.pool.query("update sf_shadow.object_state set delta_from = $1 where object = 'Product2'", [
    at(60),
  ])
  await subscribe(["Product2"], 500, null)
  assert.deepEqual((await shadow.state("Product2")).hole_from, at(100), "the stream knows more than the load")
  await subscribe(["Product2"], 500, 510)
  assert.deepEqual((await shadow.state("Product2")).hole_to, at(510))
  assert.equal((await shadow.state("PricebookEntry")).hole_from, null, "only of the objects named")
})
