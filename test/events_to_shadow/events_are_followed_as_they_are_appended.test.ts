import assert from "node:assert/strict"
import { test } from "node:test"
import { Shadow } from "../harness/shadow.ts"
import { waitFor } from "../harness/wait.ts"
import { isFollowed, publish, seen, startFollower } from "./follower.ts"

test("an append is folded while the only slot of the worker is busy, and needs no job for that", async (t) => {
  const shadow = await Shadow.openAnother()
  const [service] = await startFollower(t, shadow)
  const holder = await shadow.pool.connect()
  t.after(() => holder.release(true))
  await holder.query("begin")
  await holder.query("select from sf_shadow.object_state where object = 'Account' for update")
  await shadow.all(`select add_job('clear_cache', '{"object":"Account"}')`)
  const clearing = () =>
    shadow.all(
      "select from sf_shadow_worker.jobs where task_identifier = 'clear_cache' and locked_at is not null",
    )
  await waitFor("the slot is taken", 10_000, async () => (await clearing()).length === 1)
  await publish(shadow, 3)
  await seen(shadow, 3)
  await publish(shadow, 4)
  await seen(shadow, 4)
  assert.equal((await clearing()).length, 1)
  // What would fold them if nobody had followed.
  const jobs = await shadow.all(
    "select attempts, locked_at from sf_shadow_worker.jobs where task_identifier = 'events_to_shadow' and key is not null",
  )
  assert.deepEqual(jobs, [{ attempts: 0, locked_at: null }])
  await holder.query("rollback")
  await service?.stop()
})

test("a job that is added while one waits for events begins at once, with one slot", async (t) => {
  const shadow = await Shadow.openAnother()
  await startFollower(t, shadow)
  await shadow.all("select add_job('clear_cache')")
  await waitFor("the job is done", 3_000, async () => {
    const left = await shadow.all("select from sf_shadow_worker.jobs where task_identifier = 'clear_cache'")
    return left.length === 0
  })
  assert.equal(await isFollowed(shadow.pool), true)
})

test("who waits for events is no reason to stop later, and has not failed then", async (t) => {
  const shadow = await Shadow.openAnother()
  const [service] = await startFollower(t, shadow)
  const before = performance.now()
  await service?.stop()
  const seconds = (performance.now() - before) / 1000
  t.diagnostic(`stopped within ${seconds.toFixed(1)} s`)
  assert.ok(seconds < 3, `it took ${seconds} s`)
  assert.equal(await isFollowed(shadow.pool), false)
  const failed = await shadow.all("select last_error from sf_shadow_worker.jobs where last_error is not null")
  assert.deepEqual(failed, [])
  assert.doesNotMatch(service?.output.stderr ?? "", /"level":"(warn|error)"/)
})
