import assert from "node:assert/strict"
import { transaction } from "../../src/postgres/transaction.ts"
import { at, event, type ObjectName, product, productId, stamp } from "./records.ts"
import { type MergeCounts, Shadow } from "./shadow.ts"

export type RunKind = "full" | "delta" | "ids"

export interface RunRow {
  run_id: number
  state: string
  error: string | null
  pages: number
  received: number
  expected: number
  inserted: number
  unchanged: number
  deleted: number
  dirty: number
  forced: boolean
  count_in_org: number | null
  count_in_shadow: number | null
}

/** A load whose job was created at `from` and seen complete at `to`, in seconds after `at(0)`. */
export interface RunOptions {
  from: number
  to?: number
  expected: number
  forced?: boolean
}

/** Starts a run, or joins the one under way; returns its number. */
export async function queueRun(
  shadow: Shadow,
  object: ObjectName,
  kind: RunKind,
  forced = false,
): Promise<number> {
  const [run] = await shadow.all<{ run_id: number }>(
    "select sf_shadow.start_run($1, $2, 'a test', $3) as run_id",
    object,
    kind,
    forced,
  )
  return (run as { run_id: number }).run_id
}

/** Takes a queued run to where it waits for its job, which was created at `from`, in seconds after `at(0)`. */
export async function createJob(
  shadow: Shadow,
  runId: number,
  { from, job = "750" }: { from: number; job?: string },
): Promise<void> {
  const [run] = await shadow.all(
    "select sf_shadow.await_job($1, $2, sf_shadow.begin_job($1, (select o.filter from sf_shadow.object o join sf_shadow.run r using (object) where r.run_id = $1)), $3) as is_done",
    runId,
    job,
    at(from),
  )
  assert.deepEqual(run, { is_done: true }, `run ${runId} was queued`)
}

/** Takes a run that waits to where its pages are due: its job was seen complete at `to`, in seconds after `at(0)`. */
export async function completeJob(
  shadow: Shadow,
  runId: number,
  { to, expected, job = "750" }: { to: number; expected: number; job?: string },
): Promise<void> {
  const [run] = await shadow.all(
    "select sf_shadow.begin_loading($1, $2, $3, $4) as is_done",
    runId,
    job,
    at(to),
    expected,
  )
  assert.deepEqual(run, { is_done: true }, `run ${runId} waited for job ${job}`)
}

/** Starts a run and takes it to where its pages are due. */
export async function startRun(
  shadow: Shadow,
  object: ObjectName,
  kind: RunKind,
  { from, to = from + 1, expected, forced }: RunOptions,
): Promise<number> {
  const runId = await queueRun(shadow, object, kind, forced)
  await createJob(shadow, runId, { from })
  await completeJob(shadow, runId, { to, expected })
  return runId
}

/** Ends a run without success: state fuse, or failed. */
export async function endRun(
  shadow: Shadow,
  runId: number,
  { error = "a test", byFuse = false } = {},
): Promise<void> {
  await shadow.all("select sf_shadow.end_run($1, $2, $3)", runId, error, byFuse)
}

/** Merges page number `page` of a run: whole records, or only their ids for an Id comparison. */
export function mergePage(
  shadow: Shadow,
  runId: number,
  page: number,
  records: { Id: string }[],
  nextLocator: string | null = null,
): Promise<MergeCounts> {
  return transaction(shadow.pool, async (client) => {
    const run = await client.query<{ object: ObjectName; kind: RunKind }>(
      "select object, kind from sf_shadow.run where run_id = $1",
      [runId],
    )
    const { object, kind } = run.rows[0] as { object: ObjectName; kind: RunKind }
    if (kind === "ids") {
      const ids = JSON.stringify(records.map(({ Id }) => ({ Id })))
      await client.query("select sf_shadow.json_to_page('{Id}', $1)", [ids])
    } else await shadow.openPage(object, records, client)
    const { rows } = await client.query<MergeCounts>(
      "select * from sf_shadow.bulk_to_shadow($1, $2, $3, false)",
      [runId, page, nextLocator],
    )
    return rows[0] as MergeCounts
  })
}

/** Ends a run whose last page is merged: the sweep, the proof, the counts. */
export async function finishRun(shadow: Shadow, runId: number, countInOrg = 0): Promise<RunRow> {
  await shadow.pool.query("select sf_shadow.finish_run($1, $2)", [runId, countInOrg])
  return readRun(shadow, runId)
}

export async function readRun(shadow: Shadow, runId: number): Promise<RunRow> {
  const [run] = await shadow.all<RunRow>("select * from sf_shadow.run where run_id = $1", runId)
  return run as RunRow
}

/** A whole run in one page. */
export async function runThrough(
  shadow: Shadow,
  object: ObjectName,
  kind: RunKind,
  records: { Id: string }[],
  options: Omit<RunOptions, "expected">,
): Promise<RunRow> {
  const runId = await startRun(shadow, object, kind, { ...options, expected: records.length })
  await mergePage(shadow, runId, 1, records)
  return finishRun(shadow, runId, records.length)
}

/** Records as an Id comparison reads them. */
export const onlyIds = (ids: string[]): { Id: string; SystemModstamp: string }[] =>
  ids.map((Id) => ({ Id, SystemModstamp: stamp(0) }))

/** Three products, claimed to be right for everything before second 200. */
export async function claimingShadow(): Promise<Shadow> {
  const shadow = await Shadow.open()
  const products = [1, 2, 3].map((n) => product(n, 0))
  await runThrough(shadow, "Product2", "full", products, { from: 20 })
  await shadow.apply(event("Product2", "UPDATE", productId(3), 200, { Name: "told" }))
  return shadow
}
