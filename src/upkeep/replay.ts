import type { Pool } from "pg"

/**
 * Lets the process that follows a topic start over from an earlier position, within seconds; events that were applied
 * before are skipped.
 *
 * @param from a replay id; null: as far back as the bus goes, up to 72 hours
 * @throws DatabaseError SF011 for a topic that no stream follows
 */
export async function replayStream(pool: Pool, topic: string, from: Buffer | null): Promise<void> {
  await pool.query("select sf_shadow.replay_stream(of_topic => $1, from_replay_id => $2)", [topic, from])
}
