import assert from "node:assert/strict"
import { test } from "node:test"
import type { Config } from "../../src/base/config.ts"
import { wantedTopics } from "../../src/pubsub_to_events/topics.ts"
import { poll, polledBefore, polledShadow, startPoll } from "../harness/polls.ts"
import { describes } from "../harness/records.ts"
import { completeJob, createJob, endRun, queueRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

/** When the waiting poll begins, in seconds from now, to the nearest 10; null without one. */
async function waiting(shadow: Shadow): Promise<number | null> {
  const rows = await shadow.all<{ seconds: number }>(
    `select round(extract(epoch from run_at - now()), -1)::int as seconds from sf_shadow_worker.jobs
     where task_identifier = 'poll' and key = 'poll:Account' and queue_name = 'load:Account'`,
  )
  assert.ok(rows.length < 2)
  return rows[0]?.seconds ?? null
}

const queue = (shadow: Shadow) => shadow.all("select sf_shadow.add_poll_job('Account')")
const forget = (shadow: Shadow) => shadow.all("delete from sf_shadow_worker._private_jobs")

test("an object is polled from its first complete load on, and then an interval after the last poll began", async () => {
  const shadow = await Shadow.open()
  await shadow.all("update sf_shadow.object set poll_every = '5 minutes' where object = 'Account'")
  await queue(shadow)
  assert.deepEqual([await startPoll(shadow), await waiting(shadow)], [null, null], "it was never loaded")

  await polledShadow(60)
  const wait = await waiting(shadow)
  assert.equal(wait, 0, "the load has queued it")
  const run = await poll(shadow, [], 0)
  assert.equal(run.state, "complete")
  assert.equal(await startPoll(shadow), null, "not before its time")
  await queue(shadow)
  assert.equal(await waiting(shadow), 300)
  await polledBefore(shadow, "4 minutes 59 seconds")
  assert.equal(await startPoll(shadow), null)
  await polledBefore(shadow, "5 minutes")
  assert.notEqual(await startPoll(shadow), null)
})

test("a poll that has not ended is the one that goes on, also where somebody else has begun the delta", async () => {
  const shadow = await polledShadow(60)
  const first = await startPoll(shadow)
  assert.equal(await startPoll(shadow), first)
  const isPoll = async (runId: number | null) =>
    (await shadow.all<{ is_poll: boolean }>("select is_poll from sf_shadow.run where run_id = $1", runId))[0]
      ?.is_poll
  assert.equal(await isPoll(first), true)
  await endRun(shadow, first as number)
  const nightly = await queueRun(shadow, "Account", "delta")
  assert.equal(await startPoll(shadow), nightly)
  assert.equal(await isPoll(nightly), false)
})

test("what fails counts from its beginning: the next poll is not put off", async () => {
  const shadow = await polledShadow(60)
  await endRun(shadow, (await startPoll(shadow)) as number)
  await queue(shadow)
  assert.equal(await waiting(shadow), 300)
})

test("nothing is polled that is paused, that is followed, or whose full load merges its pages", async () => {
  const shadow = await polledShadow(60)
  await shadow.all("select sf_shadow_pause('Account')")
  assert.equal(await startPoll(shadow), null, "paused")
  await shadow.all("select sf_shadow_resume('Account')")

  const load = await queueRun(shadow, "Account", "full")
  await createJob(shadow, load, { from: 20 })
  assert.notEqual(await startPoll(shadow), null, "while Salesforce works on a load it is in nobody's way")
  await endRun(shadow, (await startPoll(shadow)) as number)
  await polledBefore(shadow, "1 hour")
  await completeJob(shadow, load, { to: 21, expected: 1 })
  assert.equal(await startPoll(shadow), null, "beside the load's pages")
  await queue(shadow)
  assert.equal(await waiting(shadow), 30)
  await shadow.all("select sf_shadow.pause_run($1, 'the day''s calls are used up', 3600000)", load)
  const beside = await startPoll(shadow)
  assert.notEqual(beside, null, "the load stands still for hours")
  await endRun(shadow, beside as number)
  await polledBefore(shadow, "1 hour")
  await shadow.all("select sf_shadow.resume_run($1)", load)
  assert.equal(await startPoll(shadow), null, "it goes on")
  await shadow.all(
    "update sf_shadow.run set progressed_at = now() - interval '16 minutes' where run_id = $1",
    load,
  )
  const alone = await startPoll(shadow)
  assert.notEqual(alone, null, "nobody goes on with the load")
  await endRun(shadow, alone as number)
  await polledBefore(shadow, "1 hour")
  await endRun(shadow, load)
  assert.notEqual(await startPoll(shadow), null)

  await shadow.all("update sf_shadow.object set poll_every = null where object = 'Account'")
  await endRun(shadow, (await startPoll(shadow)) as number)
  assert.equal(await startPoll(shadow), null, "followed")
})

test("a poll whose job is lost, or out of attempts, is queued again; one that waits, or works, is left", async () => {
  const shadow = await polledShadow(60)
  const requeue = () => shadow.all("select sf_shadow.requeue_forgotten()")
  await forget(shadow)
  await requeue()
  assert.equal(await waiting(shadow), 0)
  await shadow.all(
    "update sf_shadow_worker._private_jobs set attempts = max_attempts, run_at = now() - interval '1 day'",
  )
  await requeue()
  const [job] = await shadow.all<{ attempts: number }>(
    "select attempts from sf_shadow_worker.jobs where key = 'poll:Account'",
  )
  assert.deepEqual(job, { attempts: 0 })
  // A turn of a poll waits for its bulk job; one of an earlier version, too.
  for (const key of ["turn:poll:delta:Account:12", "turn:poll:delta:Account"]) {
    await forget(shadow)
    await shadow.all(
      `select sf_shadow._add_keyed_job('poll', '{"object":"Account"}', 'load:Account', $1)`,
      key,
    )
    await requeue()
    assert.equal(await waiting(shadow), null, key)
  }
})

test("a poll that waits keeps neither the load of a hole from being queued again, nor one that fills a column", async () => {
  const shadow = await polledShadow(60)
  await shadow.all("select sf_shadow_pause('Account')")
  await shadow.all("select sf_shadow_resume('Account')")
  await shadow.all(
    "update sf_shadow.field set unfilled_until = now() - interval '1 minute' where object = 'Account' and column_name = 'eligibility_source'",
  )
  await forget(shadow)
  await queue(shadow)
  await shadow.all("select sf_shadow.requeue_forgotten()")
  const loads = await shadow.all<{ key: string }>(
    "select key from sf_shadow_worker.jobs where queue_name = 'load:Account' order by key",
  )
  assert.deepEqual(
    loads.map(({ key }) => key),
    ["fill:Account", "hole:Account", "poll:Account"],
  )
  await shadow.all("update sf_shadow.field set unfilled_until = null")
})

test("an object that is polled more often from now on does not wait for the poll that was queued before", async () => {
  const shadow = await polledShadow(60)
  await shadow.all("update sf_shadow.object set poll_every = '1 day' where object = 'Account'")
  await poll(shadow, [], 0)
  await queue(shadow)
  assert.equal(await waiting(shadow), 86_400)
  const requeue = () => shadow.all("select sf_shadow.requeue_forgotten()")
  await requeue()
  assert.equal(await waiting(shadow), 86_400)
  await shadow.all("update sf_shadow.object set poll_every = '10 minutes' where object = 'Account'")
  await requeue()
  assert.equal(await waiting(shadow), 600)
  // One that is due keeps its place in the queue, and one that is tried again its time.
  const at = "now() - interval '1 minute'"
  await polledBefore(shadow, "1 hour")
  await shadow.all(`update sf_shadow_worker._private_jobs set run_at = ${at} where key = 'poll:Account'`)
  await requeue()
  assert.equal(await waiting(shadow), -60)
  await shadow.all(
    "update sf_shadow_worker._private_jobs set run_at = now() + interval '20 seconds', attempts = 1 where key = 'poll:Account'",
  )
  await requeue()
  assert.equal(await waiting(shadow), 20)
})

test("a polled object is compared by Id each day, and each hour where no poll can see a delete", async () => {
  const shadow = await polledShadow(60)
  const compared = async () => {
    await forget(shadow)
    await shadow.all("select sf_shadow.requeue_forgotten()")
    return (await shadow.all("select from sf_shadow_worker.jobs where key = 'compare_ids:Account'")).length
  }
  const loadedBefore = (ago: string) =>
    shadow.all("update sf_shadow.run set created_at = now() - $1::interval where kind = 'full'", ago)
  assert.equal(await compared(), 0)
  await loadedBefore("2 hours")
  assert.equal(await compared(), 0)
  await loadedBefore("25 hours")
  assert.equal(await compared(), 1)
  await loadedBefore("2 hours")
  await shadow.all("delete from sf_shadow.described_field where object = 'Account' and field = 'IsDeleted'")
  assert.equal(await compared(), 1)
  await shadow.describe("Account", describes.Account)
  assert.equal(await compared(), 0)
  await shadow.all("update sf_shadow.object set cursor_field = 'CreatedDate' where object = 'Account'")
  assert.equal(await compared(), 1, "a delete does not move it")
  await shadow.all("update sf_shadow.object_state set row_count = 2001 where object = 'Account'")
  assert.equal(await compared(), 0, "its Ids are more than one call shows")
  await shadow.all("update sf_shadow.object set cursor_field = 'SystemModstamp'")
})

test("an object that is polled from now on is carried by no stream, and nothing is left open for its stream to close", async () => {
  const shadow = await Shadow.open()
  await shadow.all("update sf_shadow.object set poll_every = null where object = 'Account'")
  await shadow.all("delete from sf_shadow.stream_object")
  await shadow.openStream("/data/ChangeEvents", ["Account"])
  await shadow.all(
    "select sf_shadow.stream_to_holes($1, '{Account}', now(), null, 'its first position')",
    shadow.streamId,
  )
  await shadow.all("update sf_shadow.object set poll_every = '5 minutes' where object = 'Account'")
  const carried = await shadow.all("select from sf_shadow.stream_object where object = 'Account'")
  const [state] = await shadow.all(
    "select hole_to < 'infinity' as ends, open_causes from sf_shadow.object_state where object = 'Account'",
  )
  assert.deepEqual([carried.length, state], [0, { ends: true, open_causes: [] }])
  const topics = ["/data/ChangeEvents", "/data/AccountChangeEvent"]
  const wanted = await wantedTopics({ config: { topics } as Config, pool: shadow.pool }, [])
  assert.deepEqual(wanted, [{ topic: topics[0], objects: ["Product2", "PricebookEntry"] }])
})

test("a program that knows nothing of polls, and follows the topic of a polled object, leaves no hole open for ever", async () => {
  const shadow = await polledShadow(60)
  const topic = "/data/AccountChangeEvent"
  // The topic of an object without change events: no response ever ends what was opened.
  const { streamId } = await shadow.openStream(topic, ["Account"])
  await shadow.all(
    "select sf_shadow.stream_to_holes($1, '{Account}', now(), null, 'first subscription')",
    streamId,
  )
  const state = async () =>
    (
      await shadow.all(
        `select state, (select count(*)::int from sf_shadow.stream_object where object = 'Account') as streams
       from sf_shadow_lag where object = 'Account'`,
      )
    )[0]
  assert.deepEqual(await state(), { state: "fresh", streams: 0 })
  // Followed again, it is carried, and its hole is open until the stream has answered.
  await shadow.all("update sf_shadow.object set poll_every = null where object = 'Account'")
  await shadow.openStream(topic, ["Account"])
  await shadow.all(
    "select sf_shadow.stream_to_holes($1, '{Account}', now(), null, 'first subscription')",
    streamId,
  )
  assert.deepEqual(await state(), { state: "stale", streams: 1 })
})
