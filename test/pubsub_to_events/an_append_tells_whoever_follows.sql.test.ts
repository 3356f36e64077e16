import assert from "node:assert/strict"
import { once } from "node:events"
import { type TestContext, test } from "node:test"
import type { PoolClient } from "pg"
import { lockSpaces } from "../../src/postgres/lock_spaces.ts"
import { event, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"
import { waitFor } from "../harness/wait.ts"

const update = () => event("Product2", "UPDATE", productId(1), 10, { Name: "x" })

/** A session that follows: it listens, and holds the lock. */
async function follow(t: TestContext, shadow: Shadow): Promise<PoolClient> {
  const client = await shadow.pool.connect()
  t.after(() => client.release(true))
  await client.query("listen sf_shadow_events")
  await client.query("select pg_advisory_lock($1::int, 0)", [lockSpaces.follower])
  return client
}

const unlock = (client: PoolClient) =>
  client.query("select pg_advisory_unlock($1::int, 0)", [lockSpaces.follower])

/** The waiting job of the stream, whether its time has come, and how often it was added. */
const jobs = (shadow: Shadow) =>
  shadow.all<{ due: boolean; revision: number }>(
    `select j.run_at <= now() as due, j.revision::int as revision from sf_shadow_worker.jobs j
     where j.key = 'events_to_shadow:' || $1`,
    shadow.streamId,
  )

test("who follows is notified at the commit, and the job is put off, once for many appends", async (t) => {
  const shadow = await Shadow.open()
  const follower = await follow(t, shadow)
  const told = once(follower, "notification")
  await shadow.publish(update())
  const [{ payload }] = await told
  assert.equal(payload, String(shadow.streamId))
  await shadow.publish(update())
  await shadow.publish(update())
  assert.deepEqual(await jobs(shadow), [{ due: false, revision: 0 }])
})

test("when nobody follows any more, the next append has the job that was put off done now", async (t) => {
  const shadow = await Shadow.open()
  const follower = await follow(t, shadow)
  await shadow.publish(update())
  await unlock(follower)
  assert.deepEqual(await jobs(shadow), [{ due: false, revision: 0 }])
  await shadow.publish(update())
  assert.deepEqual(await jobs(shadow), [{ due: true, revision: 1 }])
})

test("a job that is due keeps its place, however much is appended", async () => {
  const shadow = await Shadow.open()
  await shadow.publish(update())
  const place = () =>
    shadow.all("select run_at from sf_shadow_worker.jobs where task_identifier = 'events_to_shadow'")
  const before = await place()
  await shadow.publish(update())
  assert.deepEqual(await place(), before)
})

test("who gives up following waits for an append that has seen it follow, and queues what is not folded", async (t) => {
  const shadow = await Shadow.open()
  const follower = await follow(t, shadow)
  const leader = await shadow.pool.connect()
  t.after(() => leader.release(true))
  await leader.query("begin")
  await leader.query("select sf_shadow.pubsub_to_events($1, $2, '\\x01', $3)", [
    shadow.streamId,
    shadow.epoch,
    JSON.stringify([update()]),
  ])
  await unlock(follower)
  const unfollowed = follower.query("select sf_shadow.unfollow_events()")
  await waitFor("it waits for the append", 5_000, async () => {
    const waiting = await shadow.all(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    )
    return waiting.length > 0
  })
  await leader.query("commit")
  await unfollowed
  assert.deepEqual(
    (await jobs(shadow)).map(({ due }) => due),
    [true],
  )
})

test("it does not wait for an append that stands still", async (t) => {
  const shadow = await Shadow.open()
  const leader = await shadow.pool.connect()
  t.after(() => leader.release(true))
  await leader.query("begin")
  await leader.query("select from sf_shadow.stream for update")
  await shadow.all("select sf_shadow.unfollow_events()")
})

const followJobs = (shadow: Shadow) =>
  shadow.all("select from sf_shadow_worker.jobs where task_identifier = 'follow_events'")

test("one job follows, where nobody does yet", async (t) => {
  const shadow = await Shadow.open()
  const follower = await follow(t, shadow)
  await shadow.all("select sf_shadow.add_follow_job()")
  assert.equal((await followJobs(shadow)).length, 0)
  await unlock(follower)
  await shadow.all("select sf_shadow.add_follow_job()")
  await shadow.all("select sf_shadow.add_follow_job()")
  assert.equal((await followJobs(shadow)).length, 1)
})

test("nobody follows while the fold of a stream fails: its job says why, and when it is tried again", async () => {
  const shadow = await Shadow.open()
  await shadow.publish(update())
  await shadow.all("select sf_shadow_worker.remove_job('follow_events')")
  await shadow.all("update sf_shadow_worker._private_jobs set attempts = 1, last_error = 'no'")
  await shadow.all("select sf_shadow.add_follow_job()")
  assert.equal((await followJobs(shadow)).length, 0)
})
