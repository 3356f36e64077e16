import assert from "node:assert/strict"
import { test } from "node:test"
import { event, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const update = (commit: number, name: string) =>
  event("Product2", "UPDATE", productId(1), commit, { Name: name })

/** Applied up to an event that was received on a day that is later by so many days than today. */
async function applied(daysAhead: number): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.apply(update(60, "before"))
  await shadow.all("update sf_shadow.stream_cursor set applied_day = applied_day + $1::integer", daysAhead)
  await shadow.publish(update(61, "after"))
  return shadow
}

test("an event that was received a day before the last one applied, around midnight by two clocks, is applied", async () => {
  const shadow = await applied(1)
  assert.deepEqual(
    await shadow.all("select waiting, oldest_age is not null as is_seen from sf_shadow_stream"),
    [{ waiting: 1, is_seen: true }],
  )
  assert.deepEqual(
    await shadow.all(
      "select waiting_since is not null as waits from sf_shadow.object_claim where object = 'Product2'",
    ),
    [{ waits: true }],
  )
  await shadow.fold()
  assert.equal((await shadow.row("Product2", productId(1)))?.name, "after")
})

test("the cursor has the day of the last event that was applied, and days before it are not opened any more", async () => {
  const shadow = await applied(-3)
  await shadow.fold()
  assert.deepEqual(
    await shadow.all(
      "select applied_seq, applied_day = (now() at time zone 'utc')::date as is_today from sf_shadow.stream_cursor",
    ),
    [{ applied_seq: 2, is_today: true }],
  )
})
