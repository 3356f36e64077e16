import assert from "node:assert/strict"
import { test } from "node:test"
import { at, event, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const update = () => event("Product2", "UPDATE", productId(1), 10, { Name: "x" })

const append = (shadow: Shadow, events: object[], replayId: string | null, keepalive: number | null = null) =>
  shadow.pool.query("select sf_shadow.pubsub_to_events($1, $2, $3, $4, $5)", [
    shadow.streamId,
    shadow.epoch,
    replayId === null ? null : Buffer.from(replayId, "hex"),
    JSON.stringify(events),
    keepalive === null ? null : at(keepalive),
  ])

async function stream(shadow: Shadow, topic = "/data/ChangeEvents") {
  const [row] = await shadow.all<Record<string, unknown>>(
    "select *, encode(replay_id, 'hex') as position, position_at > now() - interval '1 minute' as is_recent from sf_shadow.stream where topic = $1",
    topic,
  )
  return row as Record<string, unknown>
}

test("a problem, and the wish to begin with the earliest event, end with the first response; others' do not", async () => {
  const shadow = await Shadow.open()
  await shadow.pool.query("select sf_shadow.ensure_stream('/data/AccountChangeEvent', array['Account'])")
  await shadow.pool.query(
    "update sf_shadow.stream set problem = 'x', problem_since = now(), from_earliest = true, position_at = '2001-01-01'",
  )
  await append(shadow, [], "0a")
  const { problem, problem_since, from_earliest, is_recent } = await stream(shadow)
  assert.deepEqual([problem, problem_since, from_earliest, is_recent], [null, null, false, true])
  const other = await stream(shadow, "/data/AccountChangeEvent")
  assert.deepEqual([other.problem, other.from_earliest, other.is_recent], ["x", true, false])
})

test("a response without a replay id keeps the position", async () => {
  const shadow = await Shadow.open()
  await append(shadow, [update()], "0a0b")
  await append(shadow, [update()], null)
  assert.equal((await stream(shadow)).position, "0a0b")
})

test("a keepalive says where it came, and stays until the next one, whatever events come after it", async () => {
  const shadow = await Shadow.open()
  await append(shadow, [update()], "0a", 50)
  const { keepalive_at, keepalive_seq } = await stream(shadow)
  assert.deepEqual([keepalive_at, keepalive_seq], [at(50), 2])
  await append(shadow, [update(), update()], "0b")
  const later = await stream(shadow)
  assert.deepEqual([later.keepalive_at, later.keepalive_seq, later.next_seq], [at(50), 2, 4])
})

test("what a response leaves out is empty in the log, and the last number is returned", async () => {
  const shadow = await Shadow.open()
  await shadow.publish(update())
  const { rows } = await append(shadow, [{ replay_id: "0b", event_id: "bare" }, update()], "0c")
  assert.deepEqual(rows, [{ pubsub_to_events: 3 }])
  const [bare] = await shadow.all(
    "select seq, record_ids, changed_fields, nulled_fields, diff_fields, inexact_fields, fields from sf_shadow_event where event_id = 'bare'",
  )
  const none = { changed_fields: [], nulled_fields: [], diff_fields: [], inexact_fields: [] }
  assert.deepEqual(bare, { seq: 2, record_ids: [], ...none, fields: {} })
  assert.deepEqual((await append(shadow, [], "0d")).rows, [{ pubsub_to_events: 3 }])
})

test("of an event that was decoded no bytes are kept, and of one without bytes none", async () => {
  const shadow = await Shadow.open()
  await append(
    shadow,
    [
      { ...update(), bytes: "00" },
      { ...update(), error: "no bytes" },
    ],
    "0a",
  )
  assert.deepEqual(await shadow.all("select from sf_shadow.undecoded_event"), [])
})
