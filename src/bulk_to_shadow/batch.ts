import { randomUUID } from "node:crypto"
import type { Connections } from "../connections.ts"
import { startRun } from "./run.ts"

/** An object of a backfill, with its run. */
export interface BatchPart {
  object: string
  runId: number
}

/**
 * Starts the full loads of one backfill, or finds those of one that was interrupted within a day: what that one has
 * loaded already is not loaded again. The runs are there from the beginning, so that the next call sees what is left.
 */
export async function startBatch(
  { pool, log }: Pick<Connections, "pool" | "log">,
  objects: readonly string[],
  force: boolean,
): Promise<BatchPart[]> {
  const { rows } = await pool.query<{ batch_id: string; object: string; run_id: number; state: string }>(
    `with interrupted as (
       select r.batch_id from sf_shadow.run r
       where r.kind = 'full' and r.finished_at is null and r.batch_id is not null and r.object = any ($1)
         and r.created_at > now() - interval '1 day'
       order by r.run_id desc limit 1
     )
     select r.batch_id, r.object, r.run_id, r.state from sf_shadow.run r join interrupted i on i.batch_id = r.batch_id
     where r.finished_at is null or r.state = 'complete'`,
    [objects],
  )
  const known = new Map(rows.map((row) => [row.object, row]))
  const batchId = rows[0]?.batch_id ?? randomUUID()
  const parts: BatchPart[] = []
  for (const object of objects) {
    const left = known.get(object)
    const request = { object, kind: "full" as const, reason: "backfill command", force, batchId }
    // What is under way is joined; by force, it is forced too, or canceled where it stands still.
    const runId = left?.state === "complete" ? left.run_id : await startRun({ pool }, request)
    if (left?.run_id === runId) {
      const { state } = left
      const keys = { event: "backfill_continued", object, run: runId, state }
      log.info(keys, `the interrupted backfill goes on: ${object} is run ${runId}, which is ${state}`)
    }
    parts.push({ object, runId })
  }
  return parts
}
