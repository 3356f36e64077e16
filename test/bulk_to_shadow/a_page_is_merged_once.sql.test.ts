import assert from "node:assert/strict"
import { test } from "node:test"
import { product, productId } from "../harness/records.ts"
import { claimingShadow, finishRun, mergePage, readRun, runThrough, startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

test("pages move the locator and the counts; the last one leaves the run to be swept", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, expected: 3 })
  await mergePage(shadow, runId, 1, [product(1, 0), product(2, 0)], "next")
  const first = await readRun(shadow, runId)
  assert.deepEqual([first.state, first.pages, first.received, first.inserted], ["loading", 1, 2, 2])
  await mergePage(shadow, runId, 2, [product(3, 0)])
  const last = await readRun(shadow, runId)
  assert.deepEqual([last.state, last.pages, last.received], ["sweeping", 2, 3])
})

test("a page that was merged already is refused, and so is one that is not due", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, expected: 2 })
  await mergePage(shadow, runId, 1, [product(1, 0)], "next")
  await assert.rejects(mergePage(shadow, runId, 1, [product(1, 0)], "next"), { code: "SF007" })
  await assert.rejects(mergePage(shadow, runId, 3, [product(2, 0)]), { code: "SF007" })
  assert.equal((await readRun(shadow, runId)).received, 1)
})

test("of two processes that merge the same page at once, one does", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, expected: 1 })
  const both = await Promise.allSettled([1, 2].map(() => mergePage(shadow, runId, 1, [product(1, 0)])))
  assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"])
  assert.equal((await readRun(shadow, runId)).received, 1)
  assert.equal((await shadow.invalidations("Product2")).length, 1)
})

test("a run that was finished by another process is left alone", async () => {
  const shadow = await Shadow.open()
  const run = await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
  assert.deepEqual(await finishRun(shadow, run.run_id, 99), run)
})

test("a page without records, all that is left in the org, takes along what was in the shadow", async () => {
  for (const kind of ["full", "ids"] as const) {
    const shadow = await Shadow.open()
    await runThrough(shadow, "Product2", "full", [product(1, 0)], { from: 20 })
    const { state, received, deleted } = await runThrough(shadow, "Product2", kind, [], { from: 100 })
    assert.deepEqual([state, received, deleted], ["complete", 0, 1], kind)
  }
})

test("a second run of the same kind follows the first one", async () => {
  const shadow = await Shadow.open()
  const first = await shadow.all<{ id: number }>(
    "select sf_shadow.start_run('Product2', 'full', 'one') as id",
  )
  const second = await shadow.all<{ id: number }>(
    "select sf_shadow.start_run('Product2', 'full', 'two', true) as id",
  )
  assert.deepEqual(second, first)
  assert.equal((await readRun(shadow, first[0]?.id ?? 0)).forced, true)
})

test("a delta or an Id comparison of what was never loaded is refused, and so is an object that is not mirrored", async () => {
  const shadow = await Shadow.open()
  for (const kind of ["delta", "ids"]) {
    await assert.rejects(shadow.all("select sf_shadow.start_run('Product2', $1, 'x')", kind), {
      code: "SF005",
    })
  }
  await assert.rejects(shadow.all("select sf_shadow.start_run('Contact', 'full', 'x')"), { code: "SF006" })
})

test("a record that comes in two versions within one run is read again", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, to: 60, expected: 2 })
  await mergePage(shadow, runId, 1, [product(1, 0, { Name: "before" })], "next")
  await mergePage(shadow, runId, 2, [product(1, 30, { Name: "after" })])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(1)])
})

test("a run counts what each of its pages did", async () => {
  const shadow = await Shadow.open()
  // Of each page one product that has changed, one that is gone, one as it was, one read later, and one in doubt.
  const pages = [
    [1, 2, 3, 4, 5, 6, 7],
    [11, 12, 13, 14, 15, 16, 17],
  ] as const
  for (const [changed, gone, same, readLater, doubtful] of pages) {
    const known = [changed, gone, same, doubtful].map((n) => product(n, 50))
    await shadow.read("Product2", known, { from: 100, to: 110 })
    await shadow.read("Product2", [product(readLater, 50)], { from: 108, to: 110 })
  }
  const runId = await startRun(shadow, "Product2", "full", { from: 105, to: 115, expected: 14 })
  const merge = ([changed, gone, same, readLater, doubtful, fresh, refused]: (typeof pages)[number]) => [
    product(changed, 112, { Name: "changed" }),
    product(gone, 112, { IsDeleted: true }),
    product(same, 50),
    product(readLater, 50),
    product(doubtful, 50, { Name: "other" }),
    product(fresh, 50),
    product(refused, 50, { StockKeepingUnit: null }),
  ]
  const one = {
    inserted: 1,
    updated: 1,
    deleted: 1,
    unchanged: 1,
    ignored: 1,
    dirty: 1,
    rejected: 1,
    drift: 0,
  }
  const two = {
    inserted: 2,
    updated: 2,
    deleted: 2,
    unchanged: 2,
    ignored: 2,
    dirty: 2,
    rejected: 2,
    drift: 0,
  }
  const counted = async () =>
    (
      await shadow.all(
        "select inserted, updated, deleted, unchanged, ignored, dirty, rejected, drift from sf_shadow.run where run_id = $1",
        runId,
      )
    )[0]
  assert.deepEqual(await mergePage(shadow, runId, 1, merge(pages[0]), "next"), one)
  assert.deepEqual(await counted(), one)
  await mergePage(shadow, runId, 2, merge(pages[1]))
  assert.deepEqual(await counted(), two)
})

test("a run counts the drift that each of its pages found", async () => {
  const shadow = await claimingShadow()
  const runId = await startRun(shadow, "Product2", "delta", { from: 300, expected: 2 })
  const drift = async (page: number, locator: string | null) => {
    const counts = await mergePage(shadow, runId, page, [product(page, 100, { Name: "untold" })], locator)
    const [run] = await shadow.all<{ drift: number }>(
      "select drift from sf_shadow.run where run_id = $1",
      runId,
    )
    return [counts.drift, run?.drift]
  }
  assert.deepEqual(await drift(1, "next"), [1, 1])
  assert.deepEqual(await drift(2, null), [1, 2])
})
