import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { lockSpaces } from "../../src/postgres/lock_spaces.ts"
import { completeJob, createJob, endRun, queueRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

/** A full load whose job is complete. */
async function loadingRun(shadow: Shadow, object: Parameters<typeof queueRun>[1]): Promise<number> {
  const runId = await queueRun(shadow, object, "full")
  await createJob(shadow, runId, { from: 20, job: `750${object}` })
  await completeJob(shadow, runId, { to: 30, expected: 1, job: `750${object}` })
  return runId
}

async function takesTurn(shadow: Shadow, runId: number, atMost = 1): Promise<boolean> {
  const [row] = await shadow.all<{ is_due: boolean }>(
    "select sf_shadow.take_turn($1, $2) as is_due",
    runId,
    atMost,
  )
  return row?.is_due ?? false
}

const turnText = "its turn: other loads merge their pages (LOAD_CONCURRENCY)"

async function waitOf(shadow: Shadow, runId: number) {
  const [row] = await shadow.all<{ waits_for: string; still: unknown }>(
    "select waits_for, still from sf_shadow_run where run_id = $1",
    runId,
  )
  return row
}

/** Holds what a process that takes the steps of an object's runs does. */
async function drive(t: TestContext, shadow: Shadow, object: string): Promise<() => Promise<void>> {
  const client = await shadow.pool.connect()
  let isOver = false
  await client.query("select pg_advisory_lock($1, object_id::int) from sf_shadow.object where object = $2", [
    lockSpaces.run,
    object,
  ])
  const stop = async () => {
    if (isOver) return
    isOver = true
    await client.query("select pg_advisory_unlock_all()")
    client.release()
  }
  t.after(stop)
  return stop
}

test("a load waits for its turn while others merge their pages, and says so", async (t) => {
  const shadow = await Shadow.open()
  const products = await loadingRun(shadow, "Product2")
  const accounts = await loadingRun(shadow, "Account")
  await drive(t, shadow, "Product2")
  assert.equal(await takesTurn(shadow, products), true)
  assert.equal(await takesTurn(shadow, products), true, "it has it already")
  assert.equal(await takesTurn(shadow, accounts), false)
  assert.deepEqual(await waitOf(shadow, accounts), { waits_for: turnText, still: null })
  assert.equal(await takesTurn(shadow, accounts, 2), true, "where two may")
  await endRun(shadow, products)
  assert.equal(await takesTurn(shadow, accounts), true)
})

test("the place of a load whose process was killed is free", async (t) => {
  const shadow = await Shadow.open()
  const products = await loadingRun(shadow, "Product2")
  const accounts = await loadingRun(shadow, "Account")
  const kill = await drive(t, shadow, "Product2")
  assert.equal(await takesTurn(shadow, products), true)
  assert.equal(await takesTurn(shadow, accounts), false)
  await kill()
  assert.equal(await takesTurn(shadow, accounts), true)
})

test("a load whose job is made anew asks for its turn again", async (t) => {
  const shadow = await Shadow.open()
  const products = await loadingRun(shadow, "Product2")
  const accounts = await loadingRun(shadow, "Account")
  await drive(t, shadow, "Product2")
  assert.equal(await takesTurn(shadow, products), true)
  await shadow.all("select sf_shadow.renew_job($1, '750Product2', 'the job is gone', 0)", products)
  assert.equal(await takesTurn(shadow, accounts), true)

  await drive(t, shadow, "Account")
  await createJob(shadow, products, { from: 40, job: "751" })
  await completeJob(shadow, products, { to: 50, expected: 1, job: "751" })
  assert.equal(await takesTurn(shadow, products), false)
  assert.deepEqual(await waitOf(shadow, products), { waits_for: turnText, still: null })
})

test("a child's load waits for its parent's that was begun before, as long as somebody looks at that one", async (t) => {
  const shadow = await Shadow.open()
  const products = await queueRun(shadow, "Product2", "full")
  await createJob(shadow, products, { from: 20 })
  const prices = await loadingRun(shadow, "PricebookEntry")
  assert.equal(await takesTurn(shadow, prices, 3), false)
  assert.deepEqual(await waitOf(shadow, prices), { waits_for: `run ${products} of its parent`, still: null })

  const longAgo = "update sf_shadow.run set progressed_at = now() - interval '2 minutes' where run_id = $1"
  await shadow.all(longAgo, products)
  const kill = await drive(t, shadow, "Product2")
  assert.equal(await takesTurn(shadow, prices, 3), false, "a long page is merged")
  await kill()
  assert.equal(await takesTurn(shadow, prices, 3), true, "the process was killed")
})

test("it waits neither for a parent's load that was begun later, nor for one of another kind, nor for one that is paused", async () => {
  const shadow = await Shadow.open()
  const prices = await loadingRun(shadow, "PricebookEntry")
  await queueRun(shadow, "Product2", "full")
  assert.equal(await takesTurn(shadow, prices, 3), true)
  await endRun(shadow, prices)

  const again = await loadingRun(shadow, "PricebookEntry")
  await shadow.all(
    "select sf_shadow.pause_run(run_id, 'the budget', 3600000) from sf_shadow.run where object = 'Product2'",
  )
  const untilAnew =
    "update sf_shadow.run set paused_until = now() + interval '30 s' where object = 'Product2'"
  await shadow.all(untilAnew)
  assert.equal(await takesTurn(shadow, again, 3), false, "its job failed, and is made anew soon")
  await shadow.all(
    "update sf_shadow.run set paused_until = now() + interval '1 hour' where object = 'Product2'",
  )
  assert.equal(await takesTurn(shadow, again, 3), true)
})

test("an Id comparison of a child does not wait for that of its parent", async () => {
  const shadow = await Shadow.open()
  for (const object of ["Product2", "PricebookEntry"])
    await shadow.all("update sf_shadow.object_state set delta_from = now() where object = $1", object)
  await queueRun(shadow, "Product2", "ids")
  const prices = await queueRun(shadow, "PricebookEntry", "ids")
  assert.equal(await takesTurn(shadow, prices, 3), true)
})

/** A delta beside it whose answer is large, so that it has a bulk job, which is complete. */
async function loadingDelta(shadow: Shadow, object: Parameters<typeof queueRun>[1]): Promise<number> {
  await shadow.all("update sf_shadow.object_state set delta_from = now() where object = $1", object)
  const runId = await queueRun(shadow, object, "delta")
  await createJob(shadow, runId, { from: 20, job: `751${object}` })
  await completeJob(shadow, runId, { to: 30, expected: 1, job: `751${object}` })
  return runId
}

test("a full load that the API budget holds back takes no place: neither of the delta of its own object, nor of others'", async (t) => {
  const shadow = await Shadow.open()
  const full = await loadingRun(shadow, "Product2")
  const stop = await drive(t, shadow, "Product2")
  assert.equal(await takesTurn(shadow, full), true)
  await shadow.all("select sf_shadow.pause_run($1, 'the budget', 36000000)", full)
  const delta = await loadingDelta(shadow, "Product2")
  const accounts = await loadingRun(shadow, "Account")
  assert.equal(
    await takesTurn(shadow, accounts),
    true,
    "only the delta of that object is driven, and has no turn yet",
  )
  await endRun(shadow, accounts)
  assert.equal(await takesTurn(shadow, delta), true)

  await shadow.all("update sf_shadow.run set paused_until = null where run_id = $1", full)
  const again = await loadingRun(shadow, "Account")
  assert.equal(await takesTurn(shadow, again, 2), true, "an object takes one place")
  await stop()
})

test("a delta's pages do not wait for a full load of the same object that nobody drives while the delta is", async (t) => {
  const shadow = await Shadow.open()
  const full = await loadingRun(shadow, "Product2")
  assert.equal(await takesTurn(shadow, full), true)
  const delta = await loadingDelta(shadow, "Product2")
  await drive(t, shadow, "Product2")
  assert.equal(await takesTurn(shadow, delta), true)
})
