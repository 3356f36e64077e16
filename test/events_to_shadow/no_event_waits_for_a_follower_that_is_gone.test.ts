import assert from "node:assert/strict"
import { test } from "node:test"
import { Shadow } from "../harness/shadow.ts"
import { waitFor } from "../harness/wait.ts"
import { holdFolds, isFollowed, publish, seen, someoneWaits, startFollower } from "./follower.ts"

test("killed between append and fold: another process folds, and follows from then on", async (t) => {
  const shadow = await Shadow.openAnother()
  const [follower] = await startFollower(t, shadow, 1)
  const release = await holdFolds(t, shadow)
  await publish(shadow, 3)
  await someoneWaits(shadow)
  await follower?.kill()
  await release()
  // As late as a job that was put off; a job of the killed process would have been held for 20 s.
  await seen(shadow, 3)
  await waitFor("another process follows", 10_000, () => isFollowed(shadow.pool))
  await publish(shadow, 4)
  await seen(shadow, 4)
})

test("killed while it waits: what is appended then is folded by another process at once", async (t) => {
  const shadow = await Shadow.openAnother()
  const [follower] = await startFollower(t, shadow, 1)
  await follower?.kill()
  await waitFor("nobody follows", 5_000, async () => !(await isFollowed(shadow.pool)))
  await publish(shadow, 3)
  await seen(shadow, 3, 3_000)
})

test("what is appended while its connection breaks is folded, and it follows again", async (t) => {
  const shadow = await Shadow.openAnother()
  await startFollower(t, shadow)
  const release = await holdFolds(t, shadow)
  await publish(shadow, 3)
  await someoneWaits(shadow)
  const ended = await shadow.all(
    `select pg_terminate_backend(pid) as ended from pg_stat_activity
     where datname = current_database() and application_name = 'sf-shadow sf_shadow_events'`,
  )
  assert.deepEqual(ended, [{ ended: true }])
  await publish(shadow, 4)
  await release()
  await seen(shadow, 4)
  await publish(shadow, 5)
  await seen(shadow, 5, 3_000)
  await waitFor("it follows again", 10_000, () => isFollowed(shadow.pool))
})

test("a follower that stands still, with its lock held, is not waited for", async (t) => {
  const shadow = await Shadow.openAnother()
  const [follower] = await startFollower(t, shadow, 1)
  follower?.child.kill("SIGSTOP")
  await publish(shadow, 3)
  await seen(shadow, 3)
  assert.equal(await isFollowed(shadow.pool), true)
  follower?.child.kill("SIGCONT")
})
