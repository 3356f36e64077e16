import assert from "node:assert/strict"
import { test } from "node:test"
import { at, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

type Doubt = [n: number, since: number, notBefore: number, reason: string]

async function mark(shadow: Shadow, ...doubts: Doubt[]): Promise<number> {
  const [row] = await shadow.all<{ marked: number }>(
    "select sf_shadow._mark_dirty('Product2', $1, $2, $3, $4) as marked",
    doubts.map(([n]) => productId(n)),
    doubts.map(([, since]) => at(since)),
    doubts.map(([, , notBefore]) => at(notBefore)),
    doubts.map(([, , , reason]) => reason),
  )
  return (row as { marked: number }).marked
}

const told = async (shadow: Shadow) =>
  (await shadow.dirty("Product2")).map(({ since, not_before, reason }) => [since, not_before, reason])

const job = async (shadow: Shadow) =>
  (
    await shadow.all<{ queue_name: string; run_at: Date }>(
      "select queue_name, run_at from sf_shadow_worker.jobs where key = 'records_to_shadow:Product2'",
    )
  )[0]

test("the oldest since and the latest time stay, under a new generation and with the last reason", async () => {
  const shadow = await Shadow.open()
  await mark(shadow, [1, 100, 200, "first"])
  const [before] = await shadow.dirty("Product2")
  await mark(shadow, [1, 150, 180, "second"])
  assert.deepEqual(await told(shadow), [[at(100), at(200), "second"]])
  await mark(shadow, [1, 50, 250, "third"])
  assert.deepEqual(await told(shadow), [[at(50), at(250), "third"]])
  assert.ok(((await shadow.dirty("Product2"))[0]?.generation ?? 0) > (before?.generation ?? 0))
})

test("several doubts of one record in one call are one, with the reason of the oldest", async () => {
  const shadow = await Shadow.open()
  assert.equal(await mark(shadow, [1, 120, 210, "later"], [1, 110, 220, "oldest"], [2, 5, 6, "other"]), 2)
  assert.deepEqual(await told(shadow), [
    [at(110), at(220), "oldest"],
    [at(5), at(6), "other"],
  ])
})

test("no doubt queues no job", async () => {
  const shadow = await Shadow.open()
  assert.equal(await mark(shadow), 0)
  assert.equal(await job(shadow), undefined)
})

test("the re-read is queued for the earliest time of the object, not before half a second from now", async () => {
  const shadow = await Shadow.open()
  const soon = await shadow.all<{ at: Date }>("select date_trunc('second', now() + interval '1 hour') as at")
  const until = (soon[0] as { at: Date }).at
  const markAt = (n: number, notBefore: Date) =>
    shadow.pool.query(
      "select sf_shadow._mark_dirty('Product2', array[$1], array[$2::timestamptz], array[$2], array['x'])",
      [productId(n), notBefore],
    )
  await markAt(1, until)
  const first = await job(shadow)
  assert.deepEqual([first?.queue_name, first?.run_at], ["records_to_shadow:Product2", until])
  // The job that waits keeps its time, and asks again for what is left.
  await markAt(2, new Date(Number(until) + 1_000))
  assert.deepEqual((await job(shadow))?.run_at, until)
})

test("what is ripe already is read in half a second", async () => {
  const shadow = await Shadow.open()
  await mark(shadow, [1, 100, 200, "ripe"])
  const [{ waits }] = (await shadow.all<{ waits: number }>(
    "select extract(epoch from run_at - created_at)::float as waits from sf_shadow_worker.jobs where key = 'records_to_shadow:Product2'",
  )) as [{ waits: number }]
  assert.ok(waits >= 0.5 && waits < 1, `${waits} s`)
})
