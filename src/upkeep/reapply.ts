import type { Pool } from "pg"
import { objectsInOrder } from "../mapping/index.ts"
import { transaction } from "../postgres/transaction.ts"

/** Events folded per transaction. */
const batchSize = 2_000

/**
 * Folds stored events of an object again, those received since a time, in the streams' order and without asking
 * Salesforce; what is known of each record filters them (rule 4), so that nothing older wins.
 *
 * @param since a time as Postgres or `Date` writes it
 * @returns how many numbers of the streams were looked at
 * @throws MappingError for an object that is not mirrored; the signal's reason between two batches
 */
export async function reapplyEvents(
  pool: Pool,
  object: string,
  since: Date | string,
  signal?: AbortSignal,
): Promise<number> {
  await objectsInOrder({ pool }, [object])
  const streams = await pool.query<{ stream_id: number; before: number }>(
    `select s.stream_id, coalesce(min(e.seq), 1) - 1 as before
     from sf_shadow.stream s left join public.sf_shadow_event e on e.stream_id = s.stream_id and e.object = $1 and e.received_at >= $2
     group by s.stream_id`,
    [object, since],
  )
  let looked = 0
  for (const { stream_id, before } of streams.rows) {
    for (let after: number | null = before; after !== null; ) {
      signal?.throwIfAborted()
      const from: number = after
      after = await transaction(pool, async (client) => {
        const { rows } = await client.query<{ last: number | null }>(
          `select sf_shadow.reapply_events(of_object => $1, of_stream_id => $2, since => $3, after_seq => $4, batch_size => $5) as last`,
          [object, stream_id, since, from, batchSize],
        )
        return rows[0]?.last ?? null
      })
      if (after !== null) looked += after - from
    }
  }
  return looked
}
