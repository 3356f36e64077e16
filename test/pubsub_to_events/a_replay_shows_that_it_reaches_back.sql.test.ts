import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, product, productId, type TestEvent } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const id = productId(1)

/** The first response of a replay, as the leader hands it over. */
async function respond(shadow: Shadow, knownUntil: Date | null, events: TestEvent[]): Promise<void> {
  if (events.length > 0) await shadow.publish(...events)
  await shadow.pool.query(
    "select sf_shadow.replay_to_holes(of_stream_id => $1, received => $2, objects => array['Product2'], known_until => $3, ends_at => $4)",
    [shadow.streamId, events.length, knownUntil, at(500)],
  )
}

async function leads(shadow: Shadow) {
  const [lead] = await shadow.all<{ replay_unproven: boolean; known_until: Date | null }>(
    "select replay_unproven, known_until from sf_shadow.lead_stream('/data/ChangeEvents')",
  )
  return lead
}

const replay = (shadow: Shadow, from: Buffer | null) =>
  shadow.pool.query(
    "select sf_shadow.replay_stream(of_topic => topic, from_replay_id => $1) from sf_shadow.stream",
    [from],
  )

test("a replay from the earliest event, and from an id that was never received, has to show it", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(created("Product2", product(1, 10), 10))
  assert.deepEqual(await leads(shadow), { replay_unproven: false, known_until: at(10) })
  await replay(shadow, null)
  assert.deepEqual(await leads(shadow), { replay_unproven: true, known_until: at(10) })
  const [{ replay_id }] = (await shadow.all<{ replay_id: Buffer }>(
    "select replay_id from sf_shadow_event",
  )) as [{ replay_id: Buffer }]
  await replay(shadow, replay_id)
  assert.equal((await leads(shadow))?.replay_unproven, false)
  await replay(shadow, Buffer.from("00000000ffffffff0000", "hex"))
  assert.equal((await leads(shadow))?.replay_unproven, true)
})

test("an event that was received before shows that nothing is missing behind it", async () => {
  const shadow = await Shadow.open()
  const known = created("Product2", product(1, 10), 10)
  await shadow.publish(known)
  await respond(shadow, at(10), [event("Product2", "UPDATE", productId(2), 5, { Name: "x" }), known])
  assert.equal((await shadow.state("Product2")).hole_from, null)
})

test("another event, or none, leaves a hole from what is known to the response", async () => {
  const known = created("Product2", product(1, 10), 10)
  const responses = {
    later: [event("Product2", "UPDATE", id, 101, { Name: "x" })],
    "older, but not known": [event("Product2", "UPDATE", id, 99, { Name: "x" })],
    "repeated under a new replay id": [{ ...known, replay_id: "00000000ffffffff0000" }],
    none: [],
  }
  for (const [response, events] of Object.entries(responses)) {
    const shadow = await Shadow.open()
    await shadow.publish(known)
    await respond(shadow, at(100), events)
    const { hole_from, hole_to } = await shadow.state("Product2")
    assert.deepEqual([hole_from, hole_to], [at(100), at(500)], response)
  }
})

test("the next response, an event or a keepalive, need not show it again", async () => {
  const shadow = await Shadow.open()
  await replay(shadow, null)
  await shadow.lead()
  await shadow.publish(event("Product2", "UPDATE", id, 10, { Name: "x" }))
  assert.equal((await leads(shadow))?.replay_unproven, false)
})
