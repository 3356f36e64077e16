import assert from "node:assert/strict"
import { test } from "node:test"
import { at, event, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const update = () => event("Product2", "UPDATE", productId(1), 10, { Name: "x" })
const seqs = async (shadow: Shadow) =>
  (await shadow.all<{ seq: number }>("select seq from sf_shadow_event order by seq")).map(({ seq }) => seq)

test("who was replaced as leader is refused, and nothing is appended", async () => {
  const shadow = await Shadow.open()
  const old = shadow.epoch
  await shadow.lead()
  const current = shadow.epoch
  shadow.epoch = old
  await assert.rejects(shadow.publish(update()), { code: "SF004" })
  assert.deepEqual(await seqs(shadow), [])
  shadow.epoch = current
  await shadow.publish(update())
  assert.deepEqual(await seqs(shadow), [1])
})

test("an append that waited for another one is refused when that one's transaction took the stream over", async () => {
  const shadow = await Shadow.open()
  const client = await shadow.pool.connect()
  await client.query("begin")
  await client.query("select from sf_shadow.lead_stream('/data/ChangeEvents')")
  const waiting = assert.rejects(shadow.publish(update()), { code: "SF004" })
  await client.query("commit")
  client.release()
  await waiting
  assert.deepEqual(await seqs(shadow), [])
})

test("sequence numbers have no gaps, with two connections at once and with rollbacks", async () => {
  const shadow = await Shadow.open()
  const client = await shadow.pool.connect()
  await client.query("begin")
  await client.query("select sf_shadow.pubsub_to_events($1, $2, '\\x01', $3)", [
    shadow.streamId,
    shadow.epoch,
    JSON.stringify([update(), update()]),
  ])
  const others = [shadow.publish(update(), update()), shadow.publish(update())]
  await client.query("rollback")
  client.release()
  await Promise.all([...others, shadow.publish(update()), shadow.publish(update(), update())])
  assert.deepEqual(await seqs(shadow), [1, 2, 3, 4, 5, 6])
})

test("the position is the response's replay id, byte by byte", async () => {
  const shadow = await Shadow.open()
  const bytes = Buffer.from("00ff0000000000a1b200", "hex")
  await shadow.publish({ ...update(), replay_id: bytes.toString("hex") })
  const [row] = await shadow.all<{ position: Buffer; event: Buffer }>(
    "select s.replay_id as position, e.replay_id as event from sf_shadow.stream s join sf_shadow_event e using (stream_id)",
  )
  assert.deepEqual([row?.position, row?.event], [bytes, bytes])
})

test("a keepalive moves the position and appends nothing", async () => {
  const shadow = await Shadow.open()
  await shadow.publish(update())
  await shadow.pool.query("select sf_shadow.pubsub_to_events($1, $2, '\\xabcd', '[]', $3)", [
    shadow.streamId,
    shadow.epoch,
    at(60),
  ])
  const [row] = await shadow.all<{
    replay_id: Buffer
    next_seq: number
    keepalive_at: Date
    keepalive_seq: number
  }>("select replay_id, next_seq, keepalive_at, keepalive_seq from sf_shadow.stream")
  assert.deepEqual(row, {
    replay_id: Buffer.from("abcd", "hex"),
    next_seq: 2,
    keepalive_at: at(60),
    keepalive_seq: 2,
  })
  assert.deepEqual(await seqs(shadow), [1])
})

test("a position older than 70 hours counts as lost", async () => {
  const shadow = await Shadow.open()
  await shadow.publish(update())
  await shadow.pool.query("update sf_shadow.stream set position_at = now() - interval '71 hours'")
  const [lead] = await shadow.all<{ replay_id: Buffer | null; position_lost: boolean }>(
    "select replay_id, position_lost from sf_shadow.lead_stream('/data/ChangeEvents')",
  )
  assert.deepEqual(lead, { replay_id: null, position_lost: true })
})

test("commit numbers beyond 2^53 and texts of any kind arrive as they are", async () => {
  const shadow = await Shadow.open()
  const odd = 'quote " comma , line\nbreak \\u0041 \u{1F600} #N/A'
  const json = JSON.stringify([{ ...update(), fields: { Name: odd } }])
  await shadow.pool.query("select sf_shadow.pubsub_to_events($1, $2, '\\x01', $3)", [
    shadow.streamId,
    shadow.epoch,
    json.replace(/"commit_number":\d+/, '"commit_number":9223372036854775807'),
  ])
  const [row] = await shadow.all("select commit_number::text, fields from sf_shadow_event")
  assert.deepEqual(row, { commit_number: "9223372036854775807", fields: { Name: odd } })
})

test("the bytes of an event that was not decoded are kept beside the log", async () => {
  const shadow = await Shadow.open()
  await shadow.publish({ ...update(), error: "undecodable: x", bytes: "00ff10" }, update())
  const rows = await shadow.all<{ seq: number; payload: Buffer }>(
    "select seq, payload from sf_shadow.undecoded_event",
  )
  assert.deepEqual(rows, [{ seq: 1, payload: Buffer.from("00ff10", "hex") }])
  assert.deepEqual(await seqs(shadow), [1, 2])
})

test("an append queues one job that folds the stream", async () => {
  const shadow = await Shadow.open()
  await shadow.publish(update())
  await shadow.publish(update())
  const jobs = await shadow.all(
    "select task_identifier from sf_shadow_worker.jobs where task_identifier = 'events_to_shadow'",
  )
  assert.equal(jobs.length, 1)
})
