import type { Pool } from "pg"
import type { Org } from "../../../src/simulator/org/org.ts"

/** How many records a failure tells the story of. */
const mostTold = 3

/** All that org and database know of the records that a failure names, oldest first, to find its cause. */
export async function stories(message: string, org: Org, pool: Pool): Promise<string> {
  const ids = [...new Set(message.match(/\b0[01][1tu][0-9A-Za-z]{15}\b/g) ?? [])].slice(0, mostTold)
  const told = await Promise.all(ids.map((id) => story(id, org, pool)))
  const objects = await lines(
    pool,
    "object_state",
    "select * from sf_shadow.object_state o join sf_shadow_lag l using (object)",
  )
  const runs = await lines(
    pool,
    "run",
    "select run_id, object, kind, state, reason, since, read_from, started_at, finished_at, dirty, error from sf_shadow.run order by 1",
  )
  const streams = await lines(
    pool,
    "stream",
    "select * from sf_shadow.stream join sf_shadow.stream_cursor using (stream_id)",
  )
  return [...told.flat(), ...objects, ...runs, ...streams].join("\n")
}

async function story(id: string, org: Org, pool: Pool): Promise<string[]> {
  const object = id.startsWith("01t") ? "Product2" : id.startsWith("01u") ? "PricebookEntry" : "Account"
  const versions = org
    .history(object, id)
    .map(({ record, committedAt, visibleAt, publishedAt, changeType }) => {
      const [committed, visible, published] = [committedAt, visibleAt, publishedAt].map((ms) =>
        ms === null ? "never" : new Date(ms).toISOString(),
      )
      return `  org ${changeType} committed ${committed} visible ${visible} published ${published} ${JSON.stringify(record)?.slice(0, 700)}`
    })
  const told = await Promise.all([
    lines(pool, "dirty", "select * from sf_shadow.dirty where record_id = $1", id),
    lines(
      pool,
      "reject",
      "select object, since, reason, attempts, last_rejected_at from sf_shadow.reject where record_id = $1",
      id,
    ),
    lines(
      pool,
      "tombstone",
      "select * from sf_shadow.tombstone left join sf_shadow.read using (read_id) where record_id = $1",
      id,
    ),
    lines(
      pool,
      "event",
      "select seq, received_at, change_type, commit_timestamp, sequence_number, changed_fields, error, fields from sf_shadow_event where $1 = any (record_ids) order by stream_id, seq",
      id,
    ),
    ...["sf_product_shadow s where product_id", "sf_pricebook_shadow s where pricebook_entry_id"].map(
      (table) =>
        lines(
          pool,
          "row",
          `select to_jsonb(s) - 'raw_payload' as row, r.read_from, r.read_to, raw_payload
        from public.${table.replace(" s where", " s left join sf_shadow.read r using (read_id) where")} = $1`,
          id,
        ),
    ),
  ])
  return [`story of ${object} ${id}`, ...versions, ...told.flat()]
}

async function lines(pool: Pool, what: string, sql: string, ...values: unknown[]): Promise<string[]> {
  const { rows } = await pool.query(sql, values)
  return rows.map((row) => `  ${what} ${JSON.stringify(row).slice(0, 900)}`)
}
