import type { Pool } from "pg"
import type { Mishap, Stage } from "./mishaps.ts"
import { objects } from "./random_transactions.ts"

/** @param about how often the job is about one object, rather than about all */
const addJob = (task: string, weight: number, about = 0.7): Mishap => [
  weight,
  `add_job ${task}`,
  async ({ pool, random }) => {
    // Nothing is to be done for a paused object.
    const { rows } = await pool.query<{ object: string }>(
      "select object from sf_shadow.object where enabled order by object_id",
    )
    if (rows.length === 0) return
    const payload = random.chance(about) ? { object: random.pick(rows).object } : {}
    return pool.query("select public.add_job($1, $2::jsonb)", [task, JSON.stringify(payload)])
  },
]

/** What operators ask for, at any moment. */
export const operators: readonly Mishap[] = [
  addJob("backfill", 4),
  addJob("delta", 4),
  addJob("compare_ids", 4),
  addJob("verify", 2),
  addJob("records_to_shadow", 1, 1),
  addJob("retry_rejects", 1),
  addJob("maintain", 1, 0),
  [1, "pause", ({ pool, random }) => pool.query("select public.sf_shadow_pause($1)", [random.pick(objects)])],
  [3, "resume", ({ pool }) => resumeAll(pool)],
  [2, "replay", replay],
  [2, "reapply", reapply],
]

/** Ends every pause. */
export async function resumeAll(pool: Pool): Promise<void> {
  await pool.query("select public.sf_shadow_resume(object) from sf_shadow.object order by object_id")
}

/** As the command replay does: from the earliest event, or after one that was received. */
async function replay({ pool, random }: Stage): Promise<void> {
  const position = random.chance(0.5)
    ? "null"
    : "(select replay_id from sf_shadow_event e where e.stream_id = s.stream_id and length(replay_id) > 0 order by random() limit 1)"
  await pool.query(
    `select sf_shadow.replay_stream(of_topic => s.topic, from_replay_id => ${position})
     from sf_shadow.stream s order by random() limit 1`,
  )
}

/** As the command reapply does: all that was received in the last seconds, once more. */
async function reapply({ pool, random }: Stage): Promise<void> {
  await pool.query(
    `select sf_shadow.reapply_events(of_object => so.object, of_stream_id => so.stream_id,
       since => now() - $2 * interval '1 second', after_seq => 0, batch_size => 10000)
     from sf_shadow.stream_object so where so.object = $1`,
    [random.pick(objects), random.below(20)],
  )
}
