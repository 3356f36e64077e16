import assert from "node:assert/strict"
import { test } from "node:test"
import { at, event, product, productId } from "../harness/records.ts"
import { runThrough } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

interface Lag {
  state: string
  reason: string | null
  fresh_as_of: Date | null
  fresh_except_listed: Date | null
  proven_as_of: Date | null
  lag_seconds: number | null
}

async function lag(shadow: Shadow): Promise<Lag> {
  const [row] = await shadow.all<Lag>("select * from sf_shadow_lag where object = 'Product2'")
  assert.ok(row)
  return row
}

async function loaded(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
  return shadow
}

test("an object whose stream has said nothing yet claims nothing, not even up to its hole", async () => {
  const shadow = await loaded()
  const silent = await lag(shadow)
  assert.deepEqual([silent.state, silent.fresh_as_of, silent.lag_seconds], ["stale", null, null])
  assert.equal(silent.reason, "no change events have been applied yet")
  await shadow.all("select sf_shadow._open_hole('Product2', $1, 'infinity', 'no position', 'stream')", at(50))
  const { state, fresh_as_of, fresh_except_listed, lag_seconds } = await lag(shadow)
  assert.deepEqual([state, fresh_as_of, fresh_except_listed, lag_seconds], ["stale", null, null, null])
})

test("a load proves what was committed a margin before it began", async () => {
  assert.deepEqual((await lag(await loaded())).proven_as_of, at(10))
})

test("it claims what was applied, up to its hole, and up to the oldest record that is listed", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "UPDATE", productId(1), 90, { Name: "x" }))
  const claims = async () => {
    const { fresh_as_of, fresh_except_listed } = await lag(shadow)
    return [fresh_as_of, fresh_except_listed]
  }
  assert.deepEqual(await claims(), [at(90), at(90)])
  await shadow.apply(event("Product2", "UPDATE", productId(1), 100, { StockKeepingUnit: null }))
  const since = (await shadow.all<{ since: Date }>("select since from sf_shadow.reject"))[0]?.since
  assert.deepEqual(await claims(), [since, at(100)], "the reject")
  await shadow.all("select sf_shadow._open_hole('Product2', $1, 'infinity', 'no position', 'stream')", at(70))
  assert.deepEqual(await claims(), [at(70), at(70)])
  await shadow.all(
    "select sf_shadow._mark_dirty('Product2', array[$1], array[$2::timestamptz], array[$2], array['x'])",
    productId(7),
    at(60),
  )
  assert.deepEqual(await claims(), [at(60), at(70)])
})

test("an object of which nothing was heard for long says after what", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "UPDATE", productId(1), 90, { Name: "x" }))
  const { state, reason } = await lag(shadow)
  assert.deepEqual([state, reason], ["stale", "nothing was heard of changes after 2026-06-01T10:01:30Z"])
})

test("a record that may be missing since nobody knows when leaves nothing to claim", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "UPDATE", productId(1), 90, { Name: "x" }))
  await shadow.all(
    "select sf_shadow._mark_dirty('Product2', array[$1], array['-infinity'::timestamptz], array[now()], array['x'])",
    productId(7),
  )
  const { fresh_as_of, fresh_except_listed } = await lag(shadow)
  assert.deepEqual([fresh_as_of, fresh_except_listed], [null, at(90)])
})

test("its reason is the one that has to be dealt with first", async () => {
  const shadow = await loaded()
  const set = (what: string) =>
    shadow.all(`update sf_shadow.object_state set ${what} where object = 'Product2'`)
  const told = async () => {
    const { state, reason } = await lag(shadow)
    return `${state}: ${reason}`
  }
  await shadow.all("update sf_shadow.stream set problem = 'UNAVAILABLE', problem_since = now()")
  assert.match(await told(), /^stale: the stream stands still since 20.*: UNAVAILABLE$/)
  await shadow.all("select sf_shadow._open_hole('Product2', $1, 'infinity', 'no position', 'stream')", at(50))
  assert.equal(await told(), "stale: changes since 2026-06-01T10:00:50Z may be missing: no position")
  await set("degraded = 'fields have vanished: Name'")
  assert.equal(await told(), "degraded: fields have vanished: Name")
  await shadow.all("update sf_shadow.object set enabled = false where object = 'Product2'")
  const paused = await told()
  await shadow.all("update sf_shadow.object set enabled = true where object = 'Product2'")
  assert.match(
    paused,
    /^paused: disabled in sf_shadow.object: events are passed over since 2026-06-01T10:00:50Z$/,
  )
  await set("proof_read_id = null")
  assert.equal(await told(), "never loaded: no full load has completed: run a backfill")
})

test("records in doubt, and those that cannot be stored, are counted in words where nothing else is wrong", async () => {
  const shadow = await loaded()
  const clock = (await shadow.all<{ now: Date }>("select now()"))[0]?.now as Date
  const second = (clock.getTime() - at(0).getTime()) / 1000
  await shadow.apply(event("Product2", "UPDATE", productId(1), second, { Name: "x" }))
  const told = async () => {
    const { state, reason } = await lag(shadow)
    return [state, reason]
  }
  assert.deepEqual(await told(), ["fresh", null])
  await shadow.apply(event("Product2", "UPDATE", productId(1), second + 1, { StockKeepingUnit: null }))
  assert.deepEqual(await told(), ["fresh", "1 record cannot be stored: see sf_shadow_reject"])
  await shadow.apply(event("Product2", "CREATE", productId(2), second + 2, { Name: "y" }))
  assert.deepEqual(await told(), ["fresh", "2 records cannot be stored: see sf_shadow_reject"])
  await shadow.apply(event("Product2", "UPDATE", productId(7), second + 3, { Name: "x" }))
  assert.deepEqual(await told(), ["catching up", "1 record waits to be read again"])
  await shadow.apply(event("Product2", "UPDATE", productId(8), second + 3, { Name: "x" }))
  assert.deepEqual(await told(), ["catching up", "2 records wait to be read again"])
})
