import type { Connections } from "../connections.ts"
import type { RunState } from "./run.ts"

/** An object of a backfill, with its run. */
interface BatchPart {
  object: string
  run_id: number
  /** The state in which an interrupted backfill left this run; null where the run is another one. */
  left_in_state: RunState | null
}

/**
 * Starts the full loads of one backfill, or goes on with one that was interrupted (`sf_shadow.start_batch`).
 *
 * @param objects parents first
 * @returns the runs, in the order of the objects
 */
export async function startBatch(
  { pool, log }: Pick<Connections, "pool" | "log">,
  objects: readonly string[],
  force: boolean,
): Promise<number[]> {
  const { rows } = await pool.query<BatchPart>(
    "select * from sf_shadow.start_batch(of_objects => $1, of_reason => $2, of_forced => $3)",
    [objects, "backfill command", force],
  )
  for (const { object, run_id: run, left_in_state: state } of rows) {
    if (state === null) continue
    const keys = { event: "backfill_continued", object, run, state }
    log.info(keys, `the interrupted backfill goes on: ${object} is run ${run}, which is ${state}`)
  }
  return rows.map(({ run_id }) => run_id)
}
