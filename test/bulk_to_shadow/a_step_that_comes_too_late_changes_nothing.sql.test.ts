import assert from "node:assert/strict"
import { test } from "node:test"
import type { RunState } from "../../src/bulk_to_shadow/run.ts"
import { at, product } from "../harness/records.ts"
import { completeJob, createJob, endRun, finishRun, mergePage, queueRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const beforeAnEnd: RunState[] = ["queued", "waiting", "loading", "sweeping"]
const states: RunState[] = [...beforeAnEnd, "complete", "failed", "fuse", "canceled"]

/** The functions that write a run, as a driver calls them, and the states in which each may change anything. */
const steps: Record<string, { call: string; from: RunState[] }> = {
  begin_job: { call: "begin_job($1)", from: ["queued"] },
  await_job: { call: "await_job($1, '751', sf_shadow.load_fields('Product2'), now())", from: ["queued"] },
  begin_rest: {
    call: "begin_rest($1, sf_shadow.load_fields('Product2'), now(), now(), 7)",
    from: ["queued"],
  },
  note_look: { call: "note_look($1, '750', 'InProgress', 7)", from: ["waiting"] },
  begin_loading: { call: "begin_loading($1, '750', now(), 7)", from: ["waiting"] },
  renew_job: { call: "renew_job($1, '750', 'the job is gone', 0)", from: ["waiting", "loading"] },
  finish_run: { call: "finish_run($1, 1)", from: ["sweeping"] },
  pause_run: { call: "pause_run($1, 'the API budget', 60000)", from: beforeAnEnd },
  resume_run: { call: "resume_run($1)", from: beforeAnEnd },
  note_run_error: { call: "note_run_error($1, 'a failure')", from: beforeAnEnd },
  end_run: { call: "end_run($1, 'a failure', true)", from: beforeAnEnd },
  _cancel_run: { call: "_cancel_run($1, 'canceled by somebody')", from: beforeAnEnd },
}

/** A full load of one product, in this state. */
async function runIn(shadow: Shadow, state: RunState): Promise<number> {
  const runId = await queueRun(shadow, "Product2", "full")
  if (state === "queued") return runId
  await createJob(shadow, runId, { from: 20 })
  if (state === "waiting") return runId
  await completeJob(shadow, runId, { to: 30, expected: 1 })
  if (state === "failed" || state === "fuse") await endRun(shadow, runId, { byFuse: state === "fuse" })
  if (state === "canceled") await shadow.all("select sf_shadow._cancel_run($1, 'a test')", runId)
  if (state !== "sweeping" && state !== "complete") return runId
  await mergePage(shadow, runId, 1, [product(1, 0)])
  if (state === "complete") await finishRun(shadow, runId, 1)
  return runId
}

/** What a step may change: the run, its ids, the reads, what is known of its object. */
const everything = `select jsonb_build_array(
  (select jsonb_agg(r) from sf_shadow.run r), (select jsonb_agg(p) from sf_shadow.run_page p),
  (select jsonb_agg(r) from sf_shadow.read r), (select jsonb_agg(s) from sf_shadow.object_state s)) as seen`

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

test("why a run did not get on is forgotten with the next step that succeeds", async () => {
  const shadow = await Shadow.open()
  const runId = await queueRun(shadow, "Product2", "full")
  for (const step of [
    () => createJob(shadow, runId, { from: 20 }),
    () => completeJob(shadow, runId, { to: 30, expected: 1 }),
    () => mergePage(shadow, runId, 1, [product(1, 0)]),
    () => finishRun(shadow, runId, 1),
  ]) {
    await shadow.all("select sf_shadow.note_run_error($1, 'a failure')", runId)
    await step()
    assert.deepEqual(await shadow.all("select error from sf_shadow.run"), [{ error: null }])
  }
})
