import assert from "node:assert/strict"
import { test } from "node:test"
import { event, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const streams = (shadow: Shadow) =>
  shadow.all<Record<string, unknown>>(
    `select topic, objects, position_at is not null as is_heard, keepalive_at, waiting,
       oldest_age between interval '0' and interval '1 minute' as is_young, problem, problem_since is not null as has_since
     from sf_shadow_stream order by topic`,
  )

const fresh = {
  topic: "/data/ChangeEvents",
  objects: ["Account", "PricebookEntry", "Product2"],
  is_heard: false,
  keepalive_at: null,
  waiting: 0,
  is_young: null,
  problem: null,
  has_since: false,
}

test("a stream names its objects, and what waits until it is folded", async () => {
  const shadow = await Shadow.open()
  assert.deepEqual(await streams(shadow), [fresh])
  await shadow.publish(
    event("Product2", "DELETE", productId(1), 10),
    event("Product2", "DELETE", productId(2), 11),
  )
  assert.deepEqual(await streams(shadow), [{ ...fresh, is_heard: true, waiting: 2, is_young: true }])
  await shadow.fold()
  assert.deepEqual(await streams(shadow), [{ ...fresh, is_heard: true }])
})

test("a stream that stands still says why and since when, and one without objects is there too", async () => {
  const shadow = await Shadow.open()
  await shadow.all("select sf_shadow.ensure_stream('/event/Other', '{}')")
  await shadow.all(
    "update sf_shadow.stream set problem = 'UNAVAILABLE', problem_since = now() where topic like '/data/%'",
  )
  assert.deepEqual(await streams(shadow), [
    { ...fresh, problem: "UNAVAILABLE", has_since: true },
    { ...fresh, topic: "/event/Other", objects: [] },
  ])
})
