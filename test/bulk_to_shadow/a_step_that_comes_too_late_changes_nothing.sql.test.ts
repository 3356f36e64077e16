import assert from "node:assert/strict"
import { test } from "node:test"
import { at, product } from "../harness/records.ts"
import { everything, runIn, states, steps } from "../harness/run_steps.ts"
import { completeJob, createJob, endRun, finishRun, mergePage, queueRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

/** What is there before and after a step of a run that is paused; then the step is taken back. */
async function aroundStep(shadow: Shadow, runId: number, call: string): Promise<unknown[]> {
  const client = await shadow.pool.connect()
  try {
    await client.query("begin")
    await client.query("select sf_shadow.pause_run($1, 'a test', 3600000)", [runId])
    const before = await client.query(everything)
    await client.query(`select sf_shadow.${call}`, [runId])
    const after = await client.query(everything)
    return [before.rows, after.rows]
  } finally {
    await client.query("rollback")
    client.release()
  }
}

for (const state of states) {
  test(`of a run that is ${state}, only the steps that are due change anything`, async () => {
    const shadow = await Shadow.open()
    const runId = await runIn(shadow, state)
    for (const [name, { call, from }] of Object.entries(steps)) {
      const [before, after] = await aroundStep(shadow, runId, call)
      if (from.includes(state)) assert.notDeepEqual(after, before, `${name} is due`)
      else assert.deepEqual(after, before, `${name} is too late, or too early`)
    }
  })
}

test("every function that writes a run is one of these, starts one, merges its page, or says what it may not vouch for", async () => {
  const shadow = await Shadow.open()
  const rows = await shadow.all<{ name: string }>(
    `select p.proname as name from pg_proc p
     where p.prosrc ~ '\\m(insert into|update) sf_shadow\\.run\\M' order by p.proname`,
  )
  assert.deepEqual(
    rows.map(({ name }) => name),
    // An event takes away what a load under way counts for (rule 5b), and takes it nowhere. Only of a delta of a filtered object
    // are changes compared (what_leaves_a_filter_leaves_the_shadow.sql.test.ts).
    [
      ...Object.keys(steps),
      ...["start_run", "start_poll", "bulk_to_shadow", "_filter_events", "compare_changes"],
    ].sort(),
  )
})

test("what is seen of the job before changes nothing of a run that waits for another one", async () => {
  const shadow = await Shadow.open()
  const runId = await runIn(shadow, "waiting")
  await shadow.all("select sf_shadow.renew_job($1, '750', 'the job is gone', 0)", runId)
  await createJob(shadow, runId, { from: 40, job: "751" })
  const before = await shadow.all(everything)
  for (const { call } of [steps.note_look, steps.begin_loading, steps.renew_job].filter((step) => !!step))
    await shadow.all(`select sf_shadow.${call}`, runId)
  assert.deepEqual(await shadow.all(everything), before)
})

test("a read lasts from the job's creation to when it was seen complete, and never ends before it began", async () => {
  const shadow = await Shadow.open()
  const boundsOf = async (to: number) => {
    const runId = await runIn(shadow, "queued")
    await createJob(shadow, runId, { from: 20 })
    await completeJob(shadow, runId, { to, expected: 1 })
    const [read] = await shadow.all(
      `select read.object, read.read_from, read.read_to, r.expected
       from sf_shadow.run r join sf_shadow.read using (read_id) where r.run_id = $1`,
      runId,
    )
    await endRun(shadow, runId)
    return read
  }
  const read = { object: "Product2", read_from: at(20), expected: 1 }
  assert.deepEqual(await boundsOf(30), { ...read, read_to: at(30) })
  assert.deepEqual(await boundsOf(18), { ...read, read_to: at(20) }, "another server's clock is behind")
})

test("a run begins when its job is being made, asks for what the shadow keeps, and of an Id comparison for Ids", async () => {
  const shadow = await Shadow.open()
  await finishRun(shadow, await runIn(shadow, "sweeping"), 1)
  const begin = async (runId: number) => {
    const [begun] = await shadow.all<{ fields: string[] }>("select sf_shadow.begin_job($1) as fields", runId)
    return begun?.fields
  }
  const [kept] = await shadow.all<{ fields: string[] }>("select sf_shadow.load_fields('Product2') as fields")
  assert.deepEqual(await begin(await queueRun(shadow, "Product2", "full")), kept?.fields)
  const ids = await queueRun(shadow, "Product2", "ids")
  assert.deepEqual(await begin(ids), ["Id"])
  await shadow.all("update sf_shadow.run set started_at = now() - interval '1 hour' where run_id = $1", ids)
  await begin(ids)
  const [again] = await shadow.all(
    "select started_at > now() - interval '1 minute' as is_now from sf_shadow.run where run_id = $1",
    ids,
  )
  assert.deepEqual(again, { is_now: true }, "another try begins later")
})

test("why a run did not get on is forgotten with the next step that succeeds, which is progress", async () => {
  const shadow = await Shadow.open()
  const runId = await queueRun(shadow, "Product2", "full")
  for (const step of [
    () => createJob(shadow, runId, { from: 20 }),
    () => completeJob(shadow, runId, { to: 30, expected: 1 }),
    () => mergePage(shadow, runId, 1, [product(1, 0)]),
  ]) {
    await shadow.all(
      "update sf_shadow.run set error = 'a failure', progressed_at = now() - interval '1 hour'",
    )
    await step()
    const [run] = await shadow.all(
      "select error, progressed_at > now() - interval '1 minute' as has_moved from sf_shadow.run",
    )
    assert.deepEqual(run, { error: null, has_moved: true })
  }
  await shadow.all("select sf_shadow.note_run_error($1, 'a failure')", runId)
  await finishRun(shadow, runId)
  assert.deepEqual(await shadow.all("select error from sf_shadow.run"), [{ error: null }])
})
