import assert from "node:assert/strict"
import { test } from "node:test"
import { account, at, product } from "../harness/records.ts"
import { type RunKind, readRun, runThrough } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

/** In seconds, as migrations and SF_MARGIN_S have them. */
const margin = 10
const overlap = 15 * 60

const start = async (shadow: Shadow, object: string, kind: RunKind, forced = false) => {
  const [run] = await shadow.all<{ run_id: number }>(
    "select sf_shadow.start_run($1, $2, 'a test', $3) as run_id",
    object,
    kind,
    forced,
  )
  return (run as { run_id: number }).run_id
}

async function since(shadow: Shadow, runId: number): Promise<Date | null> {
  const [run] = await shadow.all<{ since: Date | null }>(
    "select since from sf_shadow.run where run_id = $1",
    runId,
  )
  return run?.since ?? null
}

async function loaded(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 2_000 })
  return shadow
}

test("a delta begins where the last load began, less the overlap: what was committed late is in it", async () => {
  const shadow = await loaded()
  assert.deepEqual(await since(shadow, await start(shadow, "Product2", "delta")), at(2_000 - overlap))
})

test("a delta that closes a hole begins a margin and the overlap before it", async () => {
  const shadow = await loaded()
  await shadow.pool.query("select sf_shadow._open_hole('Product2', $1, $2, 'test')", [at(1_500), at(1_600)])
  assert.deepEqual(
    await since(shadow, await start(shadow, "Product2", "delta")),
    at(1_500 - margin - overlap),
  )
})

test("a hole that is later than the last load does not let its delta begin later", async () => {
  const shadow = await loaded()
  await shadow.pool.query("select sf_shadow._open_hole('Product2', $1, $2, 'test')", [at(2_500), at(2_600)])
  assert.deepEqual(await since(shadow, await start(shadow, "Product2", "delta")), at(2_000 - overlap))
})

test("the next delta begins at the one before; an Id comparison between them moves nothing", async () => {
  const shadow = await loaded()
  await runThrough(shadow, "Product2", "delta", [], { from: 3_000 })
  await runThrough(shadow, "Product2", "ids", [product(1, 0)], { from: 4_000 })
  assert.deepEqual(await since(shadow, await start(shadow, "Product2", "delta")), at(3_000 - overlap))
})

test("a full load and an Id comparison read everything", async () => {
  const shadow = await loaded()
  for (const kind of ["full", "ids"] as const)
    assert.equal(await since(shadow, await start(shadow, "Product2", kind)), null)
})

test("another object's load is no beginning, and neither is a hole of what was never loaded", async () => {
  const shadow = await loaded()
  for (const kind of ["delta", "ids"] as const)
    await assert.rejects(start(shadow, "Account", kind), { code: "SF005" })
  await shadow.pool.query("select sf_shadow._open_hole('Account', $1, $2, 'test')", [at(100), at(200)])
  for (const kind of ["delta", "ids"] as const)
    await assert.rejects(start(shadow, "Account", kind), { code: "SF005" })
})

test("no load starts of a paused object, of any kind; those of others do", async () => {
  const shadow = await loaded()
  await runThrough(shadow, "Account", "full", [account(1, 0)], { from: 2_000 })
  await shadow.pool.query("select public.sf_shadow_pause('Product2')")
  try {
    for (const kind of ["full", "delta", "ids"] as const) {
      const message = "Product2 is paused"
      await assert.rejects(start(shadow, "Product2", kind), { code: "SF006", message })
      await start(shadow, "Account", kind)
    }
    assert.deepEqual(
      await shadow.all("select from sf_shadow.run where object = 'Product2' and finished_at is null"),
      [],
    )
  } finally {
    await shadow.pool.query("select public.sf_shadow_resume('Product2')")
  }
  await start(shadow, "Product2", "full")
})

test("only the run that is followed is forced, and a later wish without force takes nothing back", async () => {
  const shadow = await loaded()
  const another = await start(shadow, "Account", "full")
  const other = await start(shadow, "Product2", "ids")
  const under = await start(shadow, "Product2", "full")
  assert.equal(await start(shadow, "Product2", "full", true), under)
  assert.equal(await start(shadow, "Product2", "full"), under)
  const forced = await shadow.all("select run_id from sf_shadow.run where forced")
  assert.deepEqual(forced, [{ run_id: under }])
  for (const run of [another, other]) assert.equal((await readRun(shadow, run)).forced, false)
})
