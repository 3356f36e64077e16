import assert from "node:assert/strict"
import { test } from "node:test"
import { endsWith } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { recordedEvents, recordedSchema, recordedSchemaId, whereRecorded } from "../harness/recorded.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

const accountId = "001Dp00000JJkkHIAT"
const files = [
  "AccountCreationEvents.json",
  "AccountUpdateEvents.json",
  "AccountAddressUpdateEvent.json",
  "EventContentPayload.json",
  "EventBod.json",
]

test(
  "a real org's events land in sf_shadow_event and change what is mapped of their account",
  whereRecorded,
  async (t) => {
    const { url, pool } = await createTestDatabase()
    // The org's clock stands just before the day of the recordings: a load after them would be newer.
    const clockSkewMs = Date.parse("2026-02-17T00:00:00Z") - Date.now()
    const { org, simulator, environment } = await startOrg(t, { clockSkewMs, products: 0, accounts: 0 })
    org.load("Account", [
      { Id: accountId, Name: "Recorded", ShippingStreet: "1 Old St", ShippingCity: "San Francisco" },
    ])
    await pool.query(
      `alter table sf_account_eligibility_shadow add column street text, add column city text, add column latitude numeric(9,6);
     insert into sf_shadow.field (object, field, column_name, column_type) values
       ('Account', 'ShippingStreet', 'street', 'text'), ('Account', 'ShippingCity', 'city', 'text'),
       ('Account', 'ShippingLatitude', 'latitude', 'numeric(9,6)')`,
    )
    const variables = {
      ...environment(url),
      SF_AUTH: "client-credentials",
      SF_CLIENT_SECRET: simulator.credentials.clientSecret,
    }
    await endsWith(0, ["backfill", "Account"], variables)
    const account = async () => {
      const { rows } = await pool.query(
        "select street, city, latitude, raw_payload from sf_account_eligibility_shadow where account_id = $1",
        [accountId],
      )
      return rows[0]
    }
    assert.deepEqual((await account())?.street, "1 Old St")
    const service = await startService(t, variables)
    await waitFor("the stream has a position", 15_000, async () => {
      const { rows } = await pool.query(
        "select from sf_shadow.stream where topic = '/data/AccountChangeEvent' and replay_id is not null",
      )
      return rows.length > 0
    })

    simulator.pubsub.log.addSchema({ id: recordedSchemaId, json: recordedSchema() })
    const events = files.flatMap(recordedEvents)
    for (const { event } of events) simulator.pubsub.log.publish("Account", event)

    await waitFor("the street of the event is in the row", 15_000, async () => {
      return (await account())?.street === "101 California St"
    })
    await waitFor("the geocoding's nested change as well", 15_000, async () => (await account())?.latitude)
    const { raw_payload: payload, ...columns } = await account()
    assert.deepEqual(columns, { street: "101 California St", city: "San Francisco", latitude: "37.793113" })
    assert.equal(payload.ShippingLatitude, 37.793113)

    const stored = await pool.query(
      `select event_id, object, cardinality(record_ids) as records, error is not null as undecoded
     from sf_shadow_event order by seq`,
    )
    assert.deepEqual(
      stored.rows.map(({ event_id }) => event_id),
      events.map(({ event }) => event.id),
    )
    assert.ok(stored.rows.every(({ object }) => object === "Account"))
    const bytes = await pool.query("select count(*) as kept from sf_shadow.undecoded_event")
    assert.deepEqual(bytes.rows, [{ kept: stored.rows.filter(({ undecoded }) => undecoded).length }])
    await service.stop()
  },
)
