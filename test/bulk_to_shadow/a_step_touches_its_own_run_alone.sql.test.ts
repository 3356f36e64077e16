import assert from "node:assert/strict"
import { test } from "node:test"
import { beginTransaction } from "../../src/postgres/transaction.ts"
import { accountId, at, product, productId } from "../harness/records.ts"
import { beforeAnEnd, runIn, steps } from "../harness/run_steps.ts"
import { mergePage, readRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"
import { waitFor } from "../harness/wait.ts"

/** What a step may change of an object: its runs, their ids, the reads, what is known of it, its marks. */
const everythingOf = `select jsonb_build_array(
  (select jsonb_agg(r) from sf_shadow.run r where r.object = $1),
  (select jsonb_agg(p) from sf_shadow.run_page p join sf_shadow.run r using (run_id) where r.object = $1),
  (select jsonb_agg(r) from sf_shadow.read r where r.object = $1),
  (select jsonb_agg(s) from sf_shadow.object_state s where s.object = $1),
  (select jsonb_agg(d) from sf_shadow.dirty d where d.object = $1)) as seen`

const canceling = (runId: number) => `select sf_shadow._cancel_run(${runId}, 'somebody canceled it')`

/** Has `work` wait for a transaction that has done `first`; which then does `last`, and commits. */
async function meets<T>(
  shadow: Shadow,
  first: string,
  work: () => Promise<T>,
  last = "select",
): Promise<PromiseSettledResult<T>> {
  const [{ client, commit, rollback }, working] = [await beginTransaction(shadow.pool), { isOver: false }]
  try {
    await client.query(first)
    const settled = Promise.allSettled([work()]).finally(() => {
      working.isOver = true
    })
    await waitFor("the step waits for the other one", 10_000, async () => {
      const waiting = await shadow.all(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      )
      return waiting.length > 0 || working.isOver
    })
    assert.ok(!working.isOver, "the step waits")
    await client.query(last)
    await commit()
    return (await settled)[0]
  } catch (error) {
    await rollback(error)
    throw error
  }
}

for (const state of beforeAnEnd) {
  test(`a step of a run that is ${state} changes nothing of another object's run in the same state`, async () => {
    const shadow = await Shadow.open()
    for (const [object, id] of [
      ["Product2", productId(9)],
      ["Account", accountId(9)],
    ])
      await shadow.all(
        "select sf_shadow._mark_dirty($1, array[$2], array[$3::timestamptz], array[$3::timestamptz], array['a test'])",
        object,
        id,
        at(0),
      )
    const runs = [
      [await runIn(shadow, state, "Product2"), "Account"],
      [await runIn(shadow, state, "Account"), "Product2"],
    ] as const
    for (const [runId, other] of runs) {
      for (const [name, { call }] of Object.entries(steps).filter(([, { from }]) => from.includes(state))) {
        const { client, rollback } = await beginTransaction(shadow.pool)
        try {
          await client.query("select sf_shadow.pause_run(r.run_id, 'a test', 3600000) from sf_shadow.run r")
          const before = await client.query(everythingOf, [other])
          await client.query(`select sf_shadow.${call}`, [runId])
          assert.deepEqual((await client.query(everythingOf, [other])).rows, before.rows, name)
        } finally {
          await rollback()
        }
      }
    }
  })

  test(`a step of a run that is ${state} waits for whoever cancels it, and then changes nothing`, async () => {
    const shadow = await Shadow.open()
    for (const [name, { call }] of Object.entries(steps).filter(([, { from }]) => from.includes(state))) {
      const runId = await runIn(shadow, state)
      await shadow.all("select sf_shadow.pause_run($1, 'a test', 3600000)", runId)
      const step = () => shadow.all(`select sf_shadow.${call}`, runId)
      const { status } = await meets(shadow, canceling(runId), step)
      assert.equal(status, "fulfilled", name)
      const { state: now, error } = await readRun(shadow, runId)
      assert.deepEqual([now, error], ["canceled", "somebody canceled it"], name)
    }
  })
}

for (const [which, nextLocator] of [
  ["a page", "next"],
  ["the last page", null],
]) {
  test(`${which} of a run waits for whoever cancels it, and is then refused`, async () => {
    const shadow = await Shadow.open()
    const runId = await runIn(shadow, "loading")
    const page = () => mergePage(shadow, runId, 1, [product(1, 0)], nextLocator)
    const refused = await meets(shadow, canceling(runId), page)
    assert.equal(refused.status === "rejected" && refused.reason.code, "SF007")
    assert.equal((await readRun(shadow, runId)).state, "canceled")
    assert.deepEqual(await shadow.ids("Product2"), [])
  })
}

const underTheLock = [
  ["queued", (shadow, runId) => shadow.all(`select sf_shadow.${steps.begin_rest?.call}`, runId)],
  ["loading", (shadow, runId) => mergePage(shadow, runId, 1, [product(1, 0)])],
  ["sweeping", (shadow, runId) => shadow.all("select sf_shadow.finish_run($1, 1)", runId)],
] as [(typeof beforeAnEnd)[number], (shadow: Shadow, runId: number) => Promise<unknown>][]

test("while a step waits for another writer of its object, that one may take the run back: neither ends in a deadlock", async () => {
  for (const [state, step] of underTheLock) {
    const shadow = await Shadow.open()
    const runId = await runIn(shadow, state)
    const locking = "select sf_shadow._lock_objects(array['Product2'])"
    const met = await meets(shadow, locking, () => step(shadow, runId), canceling(runId))
    if (met.status === "rejected") assert.equal(met.reason.code, "SF007", state)
    assert.equal((await readRun(shadow, runId)).state, "canceled", state)
  }
})

test("a step waits for no writer of another object", async () => {
  const shadow = await Shadow.open()
  const { client, rollback } = await beginTransaction(shadow.pool)
  try {
    await client.query("select sf_shadow._lock_objects(array['Account'])")
    const isHeld = async () => (await shadow.all("select from pg_locks where not granted")).length > 0
    for (const [state, step] of underTheLock) {
      const runId = await runIn(shadow, state)
      const ending = { isOver: false }
      const stepping = step(shadow, runId).finally(() => {
        ending.isOver = true
      })
      await waitFor("the step is over, or waits", 10_000, async () => ending.isOver || (await isHeld()))
      assert.ok(ending.isOver, state)
      await stepping
      await shadow.all(canceling(runId))
    }
  } finally {
    await rollback()
  }
})
