import assert from "node:assert/strict"
import { test } from "node:test"
import { at, product, productId } from "../harness/records.ts"
import { finishRun, mergePage, readRun, startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const renew = async (shadow: Shadow, runId: number, job = "750") => {
  const [row] = await shadow.all<{ renewed: boolean }>(
    "select sf_shadow.renew_job($1, $2, 'the job is gone', 0) as renewed",
    runId,
    job,
  )
  return row?.renewed
}

test("pages of the job before are refused, its ids prove nothing, and the run ends by the new job alone", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, expected: 3 })
  await mergePage(shadow, runId, 1, [product(1, 0), product(2, 0)], "next")
  assert.equal(await renew(shadow, runId), true)
  assert.equal(await renew(shadow, runId), false, "once per job")
  const renewed = await readRun(shadow, runId)
  assert.deepEqual([renewed.state, renewed.received], ["queued", 0])

  const readId = await shadow.readId("Product2", { from: 60, to: 61 })
  await shadow.pool.query(
    `update sf_shadow.run set state = 'loading', job_id = '751', read_from = $2, read_id = $3, expected = 2,
       error = null, started_at = now() where run_id = $1`,
    [runId, at(60), readId],
  )
  await assert.rejects(mergePage(shadow, runId, 2, [product(3, 0)], null), { code: "SF007" })
  assert.equal(await renew(shadow, runId), false, "not for a job that is not the run's any more")
  const { pages } = await readRun(shadow, runId)
  // Product 1 was deleted in the org between the two jobs.
  await mergePage(shadow, runId, pages + 1, [product(2, 0), product(3, 0)])
  const { state, received, deleted } = await finishRun(shadow, runId, 2)
  assert.deepEqual([state, received, deleted], ["complete", 2, 1])
  const rows = await shadow.all<{ product_id: string }>(
    "select product_id from sf_product_shadow order by product_id",
  )
  assert.deepEqual(
    rows.map(({ product_id }) => product_id),
    [productId(2), productId(3)],
  )
})

test("a run that has ended, or has no page to read any more, makes no other job", async () => {
  const shadow = await Shadow.open()
  const runId = await startRun(shadow, "Product2", "full", { from: 20, expected: 1 })
  await mergePage(shadow, runId, 1, [product(1, 0)])
  assert.equal(await renew(shadow, runId), false, "sweeping")
  await finishRun(shadow, runId, 1)
  assert.equal(await renew(shadow, runId), false, "complete")
})
