import assert from "node:assert/strict"
import { test } from "node:test"
import { account, accountId, created, event, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

test("each stream goes on behind its own last event, whatever the other ones have applied", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(
    ...[60, 61, 62].map((commit) =>
      event("Product2", "UPDATE", productId(1), commit, { Name: `at ${commit}` }),
    ),
  )
  await shadow.all("select sf_shadow.ensure_stream('/data/AccountChangeEvent', array['Account'])")
  const [other] = await shadow.all<{ stream_id: number; epoch: string }>(
    "select stream_id, epoch from sf_shadow.lead_stream('/data/AccountChangeEvent')",
  )
  assert.ok(other)
  const own = shadow.streamId
  ;[shadow.streamId, shadow.epoch] = [other.stream_id, other.epoch]
  await shadow.apply(created("Account", account(1, 60), 60))
  assert.deepEqual(await shadow.ids("Account"), [accountId(1)])
  shadow.streamId = own
  assert.deepEqual(await shadow.fold(), [], "nor are its own applied again")
})

test("what another stream has received is not applied with this one's events", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  const own = [shadow.streamId, shadow.epoch] as const
  await shadow.all("select sf_shadow.ensure_stream('/data/AccountChangeEvent', array['Account'])")
  const [other] = await shadow.all<{ stream_id: number; epoch: string }>(
    "select stream_id, epoch from sf_shadow.lead_stream('/data/AccountChangeEvent')",
  )
  assert.ok(other)
  ;[shadow.streamId, shadow.epoch] = [other.stream_id, other.epoch]
  await shadow.publish(created("Account", account(1, 60), 60), created("Account", account(2, 61), 61))
  ;[shadow.streamId, shadow.epoch] = own
  await shadow.apply(event("Product2", "UPDATE", productId(1), 62, { Name: "x" }))
  assert.deepEqual(await shadow.ids("Account"), [])
  assert.deepEqual(
    await shadow.all("select applied_seq from sf_shadow.stream_cursor where stream_id = $1", own[0]),
    [{ applied_seq: 1 }],
  )
  shadow.streamId = other.stream_id
  await shadow.fold()
  assert.equal((await shadow.ids("Account")).length, 2)
  assert.equal((await shadow.row("Product2", productId(1)))?.name, "x")
})
