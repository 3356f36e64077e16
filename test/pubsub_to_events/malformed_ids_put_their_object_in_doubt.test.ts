import assert from "node:assert/strict"
import { test } from "node:test"
import { transaction } from "../../src/postgres/transaction.ts"
import type { DecodedEvent } from "../../src/pubsub/decode.ts"
import { appendBatch, type Lead } from "../../src/pubsub_to_events/append.ts"
import { createTestDatabase } from "../harness/postgres.ts"

const { pool } = await createTestDatabase()

test("an event with a malformed id among good ones keeps its bytes, marks the good ones and opens a hole", async () => {
  const { rows: streams } = await pool.query<{ id: number }>(
    "select sf_shadow.ensure_stream('/data/Product2ChangeEvent', '{Product2}') as id",
  )
  const { rows: leads } = await pool.query<Lead>(
    "select * from sf_shadow.lead_stream('/data/Product2ChangeEvent')",
  )
  const event: DecodedEvent = {
    replayId: Buffer.alloc(10, 1),
    eventId: "e1",
    schemaId: "s1",
    object: "Product2",
    changeType: "UPDATE",
    recordIds: ["01tDp00000WE8PnIAL"],
    commitTimestamp: new Date("2026-11-23T10:00:00Z"),
    commitNumber: "9007199254740993",
    sequenceNumber: 1,
    transactionKey: "t",
    changeOrigin: "",
    commitUser: "005Dp000001admNIAQ",
    changedFields: [],
    nulledFields: [],
    diffFields: [],
    fields: "{}",
    inexactFields: [],
    error: { reason: "malformed-record-id", message: "1 of 2 record ids is malformed" },
    bytes: Buffer.from("00ff", "hex"),
  }
  await transaction(pool, (client) =>
    appendBatch(
      client,
      leads[0] as Lead,
      { events: [event], latestReplayId: event.replayId, receivedBefore: new Date(), mayGoOn: false },
      null,
    ),
  )
  await transaction(pool, (client) =>
    client.query("select sf_shadow.events_to_shadow($1, 100)", [streams[0]?.id]),
  )

  const { rows } = await pool.query(
    `select (select array_agg(record_id) from sf_shadow.dirty) as dirty,
       (select encode(payload, 'hex') from sf_shadow.undecoded_event) as bytes,
       (select commit_number::text from sf_shadow_event) as commit_number,
       (select hole_reason from sf_shadow.object_state where object = 'Product2') as hole`,
  )
  assert.deepEqual(rows[0], {
    dirty: ["01tDp00000WE8PnIAL"],
    bytes: "00ff",
    commit_number: "9007199254740993",
    hole: "event not decoded: malformed-record-id: 1 of 2 record ids is malformed",
  })
})
