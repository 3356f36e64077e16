import assert from "node:assert/strict"
import { afterEach, test } from "node:test"
import { account, accountId, at, event, product, productId } from "../harness/records.ts"
import { runThrough } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

let shadow: Shadow

afterEach(async () => {
  await shadow.pool.query("update sf_shadow.object set enabled = true where not enabled")
})

const pause = (object = "Product2") => shadow.pool.query("select public.sf_shadow_pause($1)", [object])
const resume = (object = "Product2") => shadow.pool.query("select public.sf_shadow_resume($1)", [object])

async function loaded(): Promise<void> {
  shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
  await runThrough(shadow, "Account", "full", [account(1, 0)], { from: 20 })
  await shadow.apply(event("Product2", "UPDATE", productId(1), 60, { Name: "before" }))
}

async function claim(object = "Product2") {
  const [row] = await shadow.all<{ state: string; fresh_as_of: Date | null; reason: string | null }>(
    "select state, fresh_as_of, reason from sf_shadow_lag where object = $1",
    object,
  )
  return row
}

test("events of a paused object are passed over, and its claim stays at what was applied", async () => {
  await loaded()
  await pause()
  await shadow.apply(event("Product2", "UPDATE", productId(1), 90, { Name: "meanwhile" }))
  await shadow.apply(event("Account", "UPDATE", accountId(1), 95, { Internet_Eligibility__c: "DSL" }))
  assert.equal((await shadow.row("Product2", productId(1)))?.name, "before")
  const { state, fresh_as_of, reason } = (await claim()) ?? {}
  assert.deepEqual([state, fresh_as_of], ["paused", at(60)])
  assert.match(reason ?? "", /passed over/)
  assert.equal((await shadow.row("Account", accountId(1)))?.internet_eligibility, "DSL")
  assert.deepEqual((await claim("Account"))?.fresh_as_of, at(95))
})

test("an event that names no record leaves no hole in a paused object beside that of the pause", async () => {
  await loaded()
  await pause()
  await shadow.apply(event("Product2", "GAP_OVERFLOW", "000000000000000AAA", 90))
  const [state] = await shadow.all<{ hole_reason: string }>(
    "select hole_reason from sf_shadow.object_state where object = 'Product2'",
  )
  assert.equal(state?.hole_reason, "paused")
})

test("resumed, the claim stays until a delta and an Id comparison that began after the pause have ended", async () => {
  await loaded()
  await pause()
  assert.deepEqual((await shadow.state("Product2")).hole_from, at(60))
  const [job] = await shadow.all("select from sf_shadow_worker.jobs where key = 'hole:Product2'")
  assert.equal(job, undefined, "its end is not known yet")
  await resume()
  const { hole_from, hole_to } = await shadow.state("Product2")
  assert.deepEqual(hole_from, at(60))
  assert.ok(Math.abs(Date.now() - Number(hole_to)) < 60_000, "until now")
  assert.equal((await claim())?.state, "stale")
  assert.deepEqual(await shadow.all("select key from sf_shadow_worker.jobs where key = 'hole:Product2'"), [
    { key: "hole:Product2" },
  ])
})

test("an object that claimed nothing yet is in doubt from before its pause", async () => {
  shadow = await Shadow.open()
  await pause()
  const { hole_from } = await shadow.state("Product2")
  assert.ok(Number(hole_from) < Date.now() - 59 * 60_000)
})

test("jobs that read or load a paused object are refused, and say what ends that", async () => {
  await loaded()
  await pause()
  const refusals: [task: string, payload: object][] = [
    ["backfill", { object: "Product2" }],
    ["delta", { object: "Product2" }],
    ["compare_ids", { object: "Product2" }],
    ["verify", { object: "Product2" }],
    ["records_to_shadow", { object: "Product2" }],
    ["reapply", { object: "Product2", since: "2026-06-01" }],
  ]
  const queue = (task: string, payload: object) =>
    shadow.pool.query("select add_job($1, $2::jsonb)", [task, JSON.stringify(payload)])
  for (const [task, payload] of refusals) {
    await assert.rejects(queue(task, payload), {
      code: "SF010",
      message: /Product2 is paused; end that first/,
    })
    await assert.doesNotReject(queue(task, { ...payload, object: "Account" }), task)
  }
  for (const task of ["clear_cache", "retry_rejects"]) await queue(task, { object: "Product2" })
})
