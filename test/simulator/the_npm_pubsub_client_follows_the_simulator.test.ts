import assert from "node:assert/strict"
import { EventEmitter, once } from "node:events"
import { test } from "node:test"
import PubSubApiClient from "salesforce-pubsub-api-client"
import { startBus } from "../pubsub/bus.ts"

interface ReceivedEvent {
  id: string
  replayId: number
  payload: { ChangeEventHeader: Record<string, unknown> } & Record<string, unknown>
}

const logger = { debug() {}, info() {}, warn() {}, error() {} }

// The client would look for the simulator behind a company's proxy where one is set.
process.env.no_grpc_proxy = "localhost"

test("it receives and decodes create, update and delete, and keepalives", async (t) => {
  const bus = await startBus(t)
  const { accessToken, tenantId } = await bus.credentials()
  const client = new PubSubApiClient(
    {
      authType: "user-supplied",
      accessToken,
      instanceUrl: "https://127.0.0.1",
      organizationId: tenantId,
      pubSubEndpoint: bus.server.endpoint.replace("127.0.0.1", "localhost"),
      rejectUnauthorizedSsl: false,
    } as never,
    logger as never,
  )
  await client.connect()
  const events: ReceivedEvent[] = []
  const problems: unknown[] = []
  let keepalives = 0
  let hasEnded = false
  const heard = new EventEmitter()
  client.subscribeFromEarliestEvent(
    "/data/AccountChangeEvent",
    (_info: unknown, kind: string, data: unknown) => {
      if (kind === "event") events.push(data as ReceivedEvent)
      if (kind === "grpcKeepAlive") keepalives++
      if (kind === "end") hasEnded = true
      if (kind === "error") problems.push(data)
      heard.emit("heard")
    },
  )

  const id = bus.org.transaction((tx) =>
    tx.create("Account", { Name: "Acme", BillingStreet: "1 Main St", AnnualRevenue: 1234.5 }),
  )
  await bus.published(1)
  bus.org.transaction((tx) =>
    tx.update("Account", id, { Name: "Acme & Sons", BillingCity: "Bern", AnnualRevenue: null }),
  )
  await bus.published(2)
  bus.org.transaction((tx) => tx.delete("Account", id))
  while ((events.length < 3 || keepalives < 1) && problems.length === 0) await once(heard, "heard")

  assert.deepEqual(problems, [])
  const headers = events.map((event) => event.payload.ChangeEventHeader)
  assert.deepEqual(
    headers.map((header) => [header.changeType, header.entityName, header.recordIds]),
    [
      ["CREATE", "Account", [id]],
      ["UPDATE", "Account", [id]],
      ["DELETE", "Account", [id]],
    ],
  )
  assert.equal(events[0]?.payload.Name, "Acme")
  assert.equal(events[0]?.payload.AnnualRevenue, 1234.5)
  assert.equal(events[1]?.payload.Name, "Acme & Sons")
  const changed = headers[1]?.changedFields as string[]
  for (const name of ["Name", "AnnualRevenue", "LastModifiedDate", "BillingAddress.City"]) {
    assert.ok(changed.includes(name), `${name} is in ${changed}`)
  }
  assert.deepEqual(headers[1]?.nulledFields, ["AnnualRevenue"])
  assert.ok((events[1]?.replayId ?? 0) > (events[0]?.replayId ?? 0))
  // Its close() leaves streams open and takes their error listeners away: the server has to end them first.
  bus.org.faults.arm("pubsub.end", {})
  while (!hasEnded) await once(heard, "heard")
  client.close()
})
