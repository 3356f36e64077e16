import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, product, productId } from "../records.ts"
import { Shadow } from "../shadow.ts"

const id = productId(1)

/** The first response of a replay, as the leader hands it over. */
async function respond(shadow: Shadow, knownUntil: Date | null, firstCommit: Date | null): Promise<void> {
  await shadow.pool.query(
    "select sf_shadow.replay_to_holes(objects => array['Product2'], known_until => $1, first_commit => $2, ends_at => $3)",
    [knownUntil, firstCommit, at(500)],
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

test("a first event from before what is known leaves nothing in between", async () => {
  const shadow = await Shadow.open()
  await respond(shadow, at(100), at(99))
  assert.equal((await shadow.state("Product2")).hole_from, null)
})

test("a later first event, or none yet, leaves a hole from what is known to the response", async () => {
  for (const firstCommit of [at(100), at(101), null]) {
    const shadow = await Shadow.open()
    await respond(shadow, at(100), firstCommit)
    const { hole_from, hole_to } = await shadow.state("Product2")
    assert.deepEqual([hole_from, hole_to], [at(100), at(500)], String(firstCommit))
  }
})

test("the next response, an event or a keepalive, need not show it again", async () => {
  const shadow = await Shadow.open()
  await replay(shadow, null)
  await shadow.lead()
  await shadow.publish(event("Product2", "UPDATE", id, 10, { Name: "x" }))
  assert.equal((await leads(shadow))?.replay_unproven, false)
})
