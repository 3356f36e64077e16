import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate as turn } from "node:timers/promises"
import { transaction } from "../../src/postgres/transaction.ts"
import { created, event, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const appliedSeq = async (shadow: Shadow) =>
  (await shadow.all<{ applied_seq: number }>("select applied_seq from sf_shadow.stream_cursor"))[0]
    ?.applied_seq

test("a second call consumes nothing", async () => {
  const shadow = await Shadow.open()
  const first = await shadow.apply(
    created("Product2", product(1, 0), 10),
    created("Product2", product(2, 0), 10),
  )
  assert.equal(first[0]?.consumed, 2)
  assert.equal(await appliedSeq(shadow), 2)
  assert.deepEqual(await shadow.fold(), [])
  assert.equal((await shadow.invalidations("Product2")).length, 1)
})

test("batches of any size consume every event once, in order", async () => {
  const shadow = await Shadow.open()
  await shadow.publish(
    created("Product2", product(1, 0), 10),
    ...[11, 12, 13, 14].map((commit) =>
      event("Product2", "UPDATE", productId(1), commit, { Name: `at ${commit}` }),
    ),
  )
  const consumed = []
  for (let batch = 1; batch <= 4; batch++) consumed.push((await shadow.fold(2))[0]?.consumed)
  assert.deepEqual(consumed, [2, 2, 1, undefined])
  assert.equal((await shadow.row("Product2", productId(1)))?.name, "at 14")
})

test("a rollback leaves the cursor and the rows as they were, and the batch can be applied again", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.publish(event("Product2", "UPDATE", productId(1), 60, { Name: "Renamed" }))
  const undone = transaction(shadow.pool, async (client) => {
    await client.query("select * from sf_shadow.events_to_shadow($1, 100)", [shadow.streamId])
    throw new Error("killed")
  })
  await assert.rejects(undone, /killed/)
  assert.equal(await appliedSeq(shadow), 0)
  assert.equal((await shadow.row("Product2", productId(1)))?.name, "Product 1")
  assert.equal((await shadow.invalidations("Product2")).length, 1)

  assert.equal((await shadow.fold())[0]?.result, "applied")
  assert.equal((await shadow.row("Product2", productId(1)))?.name, "Renamed")
})

test("two folds of one stream at once take turns, and neither applies what the other did", async () => {
  const shadow = await Shadow.open()
  await shadow.publish(created("Product2", product(1, 0), 10))
  const second = await transaction(shadow.pool, async (client) => {
    await client.query("select * from sf_shadow.events_to_shadow($1, 100)", [shadow.streamId])
    let ended = false
    const folding = shadow.fold().finally(() => {
      ended = true
    })
    // Until the second one waits for the cursor, which the first one has locked.
    while (!ended && (await shadow.all("select from pg_locks where not granted")).length === 0) await turn()
    return { folding }
  })
  assert.deepEqual(await second.folding, [])
  assert.equal((await shadow.state("Product2")).row_count, 1)
})

test("events of objects that are not mirrored are passed over and counted", async () => {
  const shadow = await Shadow.open()
  const folded = await shadow.apply({
    ...event("Account", "CREATE", "003000000000001AAA", 10),
    object: "Contact",
  })
  assert.deepEqual(
    folded.map(({ object, result }) => [object, result]),
    [["unknown", "not mirrored"]],
  )
  assert.equal(await appliedSeq(shadow), 1)
})
