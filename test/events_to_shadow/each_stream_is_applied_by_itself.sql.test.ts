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
  const own = shadow.use(await shadow.openStream("/data/AccountChangeEvent", ["Account"]))
  await shadow.apply(created("Account", account(1, 60), 60))
  assert.deepEqual(await shadow.ids("Account"), [accountId(1)])
  shadow.use(own)
  assert.deepEqual(await shadow.fold(), [], "nor are its own applied again")
})

test("what another stream has received is not applied with this one's events", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  const other = await shadow.openStream("/data/AccountChangeEvent", ["Account"])
  const own = shadow.use(other)
  await shadow.publish(created("Account", account(1, 60), 60), created("Account", account(2, 61), 61))
  shadow.use(own)
  await shadow.apply(event("Product2", "UPDATE", productId(1), 62, { Name: "x" }))
  assert.deepEqual(await shadow.ids("Account"), [])
  assert.deepEqual(
    await shadow.all("select applied_seq from sf_shadow.stream_cursor where stream_id = $1", own.streamId),
    [{ applied_seq: 1 }],
  )
  shadow.use(other)
  await shadow.fold()
  assert.equal((await shadow.ids("Account")).length, 2)
  assert.equal((await shadow.row("Product2", productId(1)))?.name, "x")
})
