import assert from "node:assert/strict"
import { test } from "node:test"
import { Shadow } from "../harness/shadow.ts"

/** A job of this key that was tried as often as it may be, the last time so many minutes ago. */
async function failedJob(shadow: Shadow, task: string, key: string, minutesAgo: number): Promise<void> {
  await shadow.pool.query('select sf_shadow_worker.add_job($1, \'{"secret":"s3cr3t"}\', job_key => $2)', [
    task,
    key,
  ])
  await shadow.pool.query(
    `update sf_shadow_worker._private_jobs set attempts = max_attempts, last_error = $2,
       updated_at = now() - $3 * interval '1 minute' where key = $1`,
    [key, `connect ECONNREFUSED\n   at ${"x".repeat(1000)}`, minutesAgo],
  )
}

const backlog = (shadow: Shadow) =>
  shadow.all<{ name: string; oldest_age: unknown }>(
    "select name, waiting, running, failed, oldest_age from sf_shadow_backlog where kind = 'job' order by name",
  )

test("it shows as failed with its error, cut short and without its payload", async () => {
  const shadow = await Shadow.open()
  await failedJob(shadow, "verify", "verify:Product2", 10)
  assert.deepEqual(await backlog(shadow), [
    { name: "verify", waiting: 0, running: 0, failed: 1, oldest_age: null },
  ])
  const [job] = await shadow.all<Record<string, unknown>>(
    "select *, retried_at - failed_at = interval '1 hour' as hourly from sf_shadow_failed_job",
  )
  assert.deepEqual([job?.task, job?.key, job?.attempts, job?.hourly], ["verify", "verify:Product2", 25, true])
  assert.match(String(job?.error), /^connect ECONNREFUSED at x+$/)
  assert.equal(String(job?.error).length, 300)
  assert.doesNotMatch(JSON.stringify(job), /s3cr3t/)
})

test("an hour after its last failure it gets one more attempt, not earlier and not more", async () => {
  const shadow = await Shadow.open()
  await failedJob(shadow, "verify", "verify:Product2", 59)
  await failedJob(shadow, "clear_cache", "clear_cache:all", 61)
  const retry = async () =>
    (await shadow.all<{ retried: number }>("select sf_shadow.retry_failed_jobs() as retried"))[0]?.retried
  assert.equal(await retry(), 1)
  assert.equal(await retry(), 0)
  const jobs = await shadow.all(
    `select key, attempts, max_attempts, run_at between now() and now() + interval '1 minute' as is_soon
     from sf_shadow_worker.jobs order by key`,
  )
  assert.deepEqual(jobs, [
    { key: "clear_cache:all", attempts: 25, max_attempts: 26, is_soon: true },
    { key: "verify:Product2", attempts: 25, max_attempts: 25, is_soon: false },
  ])
})

test("a job that was superseded while it ran, and then failed, is no failure: its successor does its work", async () => {
  const shadow = await Shadow.open()
  const add = "select sf_shadow_worker.add_job('verify', job_key => 'verify:all')"
  await shadow.pool.query(add)
  await shadow.pool.query("update sf_shadow_worker._private_jobs set locked_at = now(), locked_by = 'pool'")
  await shadow.pool.query(add)
  await shadow.pool.query("update sf_shadow_worker._private_jobs set locked_at = null, locked_by = null")
  assert.equal((await shadow.all("select from sf_shadow_worker.jobs")).length, 2)
  assert.deepEqual(await shadow.all("select * from sf_shadow_failed_job"), [])
  const [waiting] = await shadow.all<{ waiting: number; failed: number }>(
    "select waiting, failed from sf_shadow_backlog where kind = 'job'",
  )
  assert.deepEqual(waiting, { waiting: 1, failed: 0 })
  await shadow.all("select sf_shadow.retry_failed_jobs()")
  assert.deepEqual(await shadow.all("select key, attempts from sf_shadow_worker.jobs"), [
    { key: "verify:all", attempts: 0 },
  ])
})

test("who follows events is no work that waits; a follower that is due, and is not taken, is", async () => {
  const shadow = await Shadow.open()
  await shadow.pool.query("select sf_shadow.add_follow_job()")
  const due = (await backlog(shadow)).map(({ oldest_age: _, ...row }) => row)
  assert.deepEqual(due, [{ name: "follow_events", waiting: 1, running: 0, failed: 0 }])
  await shadow.pool.query("update sf_shadow_worker._private_jobs set locked_at = now(), locked_by = 'pool'")
  assert.deepEqual(await backlog(shadow), [])
  // Who takes its place waits for nothing but its end.
  await shadow.pool.query("select sf_shadow.add_follow_job()")
  assert.deepEqual(await backlog(shadow), [])
})
