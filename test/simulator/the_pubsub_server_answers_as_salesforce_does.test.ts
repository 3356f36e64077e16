import assert from "node:assert/strict"
import { once } from "node:events"
import { type TestContext, test } from "node:test"
import { PubsubChannel, type PubsubCredentials, type SubscribeCall } from "../../src/pubsub/channel.ts"
import { classify } from "../../src/pubsub/errors.ts"
import type { FetchRequest, FetchResponse } from "../../src/pubsub/proto.ts"
import { startBus, type TestBus } from "../pubsub/bus.ts"

const productTopic = "/data/Product2ChangeEvent"

async function connect(t: TestContext) {
  const bus = await startBus(t)
  const channel = PubsubChannel.acquire(bus.server.endpoint, bus.ca)
  t.after(() => channel.release())
  return { bus, channel, credentials: await bus.credentials() }
}

async function failureOf(answer: Promise<unknown>) {
  const error = await answer.then(
    () => assert.fail("it was answered"),
    (cause: unknown) => cause,
  )
  const { code, grpcStatus, message, rpcId } = classify(error)
  assert.match(message, /rpcId: [0-9a-f-]{36}$/)
  assert.ok(rpcId && message.endsWith(rpcId))
  return [code, grpcStatus]
}

/** Sends requests on a new stream and answers the error it ends with. */
async function streamFailure(
  channel: PubsubChannel,
  credentials: PubsubCredentials,
  ...requests: FetchRequest[]
) {
  const call = channel.subscribe(credentials)
  call.resume()
  for (const request of requests) call.write(request)
  return failureOf(once(call, "end"))
}

async function responses(
  call: SubscribeCall,
  until: (all: FetchResponse[]) => boolean,
): Promise<FetchResponse[]> {
  const all: FetchResponse[] = []
  call.on("data", (response: FetchResponse) => {
    all.push(response)
    call.emit("seen")
  })
  call.on("error", () => {})
  while (!until(all)) await once(call, "seen")
  return all
}

const eventsIn = (all: FetchResponse[]) => all.flatMap(({ events }) => events)

async function createMany(bus: TestBus, count: number) {
  for (let at = 0; at < count; at++) bus.create(`SKU-${at}`)
  await bus.published(count)
}

test("GetTopic names the schema of one object's topic, and none for a channel of several", async (t) => {
  const { bus, channel, credentials } = await connect(t)
  const topic = await channel.getTopic(productTopic, credentials)
  assert.equal(topic.can_subscribe, true)
  assert.match(topic.schema_id, /^[\w-]{22}$/)
  assert.equal((await channel.getTopic("/data/ChangeEvents", credentials)).schema_id, "")
  assert.deepEqual(await failureOf(channel.getTopic("/data/NoneChangeEvent", credentials)), [
    "topic.not.found",
    "NOT_FOUND",
  ])
  bus.org.faults.arm("pubsub.schema-change", { object: "Product2", times: Number.POSITIVE_INFINITY })
  const changed = await channel.getTopic(productTopic, credentials)
  assert.notEqual(changed.schema_id, topic.schema_id)
  const { schema_json } = await channel.getSchema(topic.schema_id, credentials)
  assert.doesNotMatch(schema_json, /Added_Later__c/)
})

test("schemas are shaped as recorded ones: header first, unions with null, Address defined once", async (t) => {
  const { channel, credentials } = await connect(t)
  const { schema_id } = await channel.getTopic("/data/AccountChangeEvent", credentials)
  const schema = JSON.parse((await channel.getSchema(schema_id, credentials)).schema_json)
  assert.equal(schema.namespace, "com.sforce.eventbus")
  assert.equal(schema.name, "AccountChangeEvent")
  const [header, ...fields] = schema.fields
  assert.equal(header.name, "ChangeEventHeader")
  assert.ok(fields.every((field: { type: unknown[]; default: unknown }) => field.type[0] === "null"))
  const byName = new Map(fields.map((field: { name: string }) => [field.name, field]))
  const billing = byName.get("BillingAddress") as { type: [string, { name: string; fields: unknown[] }] }
  assert.equal(billing.type[1].name, "Address")
  assert.equal(billing.type[1].fields.length, 10)
  assert.deepEqual((byName.get("ShippingAddress") as { type: unknown }).type, ["null", "Address"])
  assert.equal((byName.get("CreatedDate") as { doc: string }).doc, "CreatedDate:DateTime")
  for (const absent of ["Id", "IsDeleted", "SystemModstamp", "BillingStreet"]) assert.ok(!byName.has(absent))
})

test("missing and wrong credentials, schemas and requests are refused with Salesforce's codes", async (t) => {
  const { bus, channel, credentials } = await connect(t)
  const refuse = (change: Partial<PubsubCredentials>) =>
    failureOf(channel.getTopic(productTopic, { ...credentials, ...change }))
  assert.deepEqual(await refuse({ accessToken: "expired" }), ["service.auth.error", "UNAUTHENTICATED"])
  assert.deepEqual(await refuse({ tenantId: "00D000000000000AAA" }), [
    "service.auth.error",
    "UNAUTHENTICATED",
  ])
  assert.deepEqual(await refuse({ instanceUrl: "" }), ["service.auth.headers.invalid", "UNAUTHENTICATED"])
  for (const id of ["", "no-such-schema"]) {
    assert.deepEqual(await failureOf(channel.getSchema(id, credentials)), [
      "schema.validation.failed",
      "INVALID_ARGUMENT",
    ])
  }
  const stream = (...requests: FetchRequest[]) => streamFailure(channel, credentials, ...requests)
  const invalid = (code: string) => [`subscription.fetch.${code}`, "INVALID_ARGUMENT"]
  const first = { topic_name: productTopic, num_requested: 1 }
  assert.deepEqual(await stream({ ...first, num_requested: 0 }), invalid("requested.events.invalid"))
  assert.deepEqual(
    await stream(first, { topic_name: "/data/ChangeEvents", num_requested: 1 }),
    invalid("topic.mismatch"),
  )
  assert.deepEqual(await stream({ ...first, replay_preset: "CUSTOM" }), invalid("replayid.validation.failed"))
  const replay_id = Buffer.from("00000000000000010000", "hex")
  assert.deepEqual(
    await stream({ ...first, replay_preset: "CUSTOM", replay_id }),
    invalid("replayid.corrupted"),
  )
  assert.deepEqual(await streamFailure(channel, { ...credentials, accessToken: "expired" }, first), [
    "service.auth.error",
    "UNAUTHENTICATED",
  ])
  bus.org.faults.arm("pubsub.unavailable", {})
  assert.deepEqual(await stream(first), ["service.unavailable", "INTERNAL"])
})

test("it sends what was asked for and no more; a request over 100 counts as 100", async (t) => {
  const { bus, channel, credentials } = await connect(t)
  await createMany(bus, 250)
  const call = channel.subscribe(credentials)
  call.write({ topic_name: productTopic, replay_preset: "EARLIEST", num_requested: 500 })
  // A keepalive shows that the server has nothing more to send for this credit.
  const isIdle = (all: FetchResponse[]) => all.at(-1)?.events.length === 0
  const all = await responses(call, isIdle)
  assert.equal(eventsIn(all).length, 100)
  assert.equal(all.at(-1)?.pending_num_requested, 0)
  for (const [at, response] of all.entries()) {
    const sent = eventsIn(all.slice(0, at + 1)).length
    assert.equal(response.pending_num_requested, 100 - sent)
  }
  call.write({ num_requested: 30 })
  const more = await responses(call, (some) => eventsIn(some).length > 0 && isIdle(some))
  assert.equal(eventsIn(more).length, 30)
  call.cancel()
})

test("CUSTOM goes on after the id; a purged id is refused, the newest one is not", async (t) => {
  const { bus, channel, credentials } = await connect(t)
  await createMany(bus, 5)
  const open = (replay_id?: Buffer) => {
    const call = channel.subscribe(credentials)
    const preset = replay_id
      ? { replay_preset: "CUSTOM" as const, replay_id }
      : { replay_preset: "EARLIEST" as const }
    call.write({ topic_name: productTopic, num_requested: 100, ...preset })
    return call
  }
  const first = open()
  const ids = eventsIn(await responses(first, (all) => eventsIn(all).length === 5)).map(
    (event) => event.replay_id,
  )
  first.cancel()
  const second = open(ids[2])
  const after = eventsIn(await responses(second, (all) => eventsIn(all).length === 2))
  second.cancel()
  assert.deepEqual(
    after.map((event) => event.replay_id),
    ids.slice(3),
  )
  bus.server.log.purge()
  const request = { topic_name: productTopic, num_requested: 1, replay_preset: "CUSTOM" } as const
  assert.deepEqual(await streamFailure(channel, credentials, { ...request, replay_id: ids[3] as Buffer }), [
    "subscription.fetch.replayid.corrupted",
    "INVALID_ARGUMENT",
  ])
  const newest = open(ids[4])
  const [keepalive] = await responses(newest, (all) => all.length > 0)
  newest.cancel()
  assert.deepEqual(keepalive?.latest_replay_id, ids[4])
})

test("a log that is reset ends its streams: what comes after it has nothing to do with their positions", async (t) => {
  const { bus, channel, credentials } = await connect(t)
  const call = channel.subscribe(credentials)
  const ended = once(call, "end")
  call.write({ topic_name: productTopic, num_requested: 1 })
  await responses(call, (all) => all.length > 0)
  bus.server.log.reset()
  await ended
  assert.equal(bus.server.openStreams(), 0)
})
