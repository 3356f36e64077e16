import type { PoolClient } from "pg"
import { mayHoldMarks } from "../base/unstorable.ts"
import type { Connections } from "../connections.ts"
import { countError, countMerged, type MergeCounts } from "../metrics/index.ts"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import { transaction } from "../postgres/transaction.ts"
import { isBudgetStop } from "../salesforce/budget_stop.ts"
import { readRecords } from "../salesforce/records.ts"

/** Counts of one pass of re-reads, in records. */
export interface RereadCounts {
  read: number
  missing: number
  /** Marks that the read has settled; the rest stays marked. */
  cleared: number
}

interface Mark {
  record_id: string
  /** Null for a record that is only read along. */
  generation: number | null
}

/** What a re-read of an object asks for. */
export interface Selection {
  fields: string[]
  /** The condition that mirrored records meet: one that does not is missing. Null: all are mirrored. */
  filter: string | null
}

/** One call of sObject Collections takes no more. */
const idsPerRead = 2_000
/** Up to ten calls by Id; beyond that one bulk query costs less of the API limit. */
const rereadsAtMost = 20_000

/**
 * Reads the records of an object that are in doubt, or that readers found stale, again by Id, and merges them
 * (rule 6): those whose time has come on Salesforce's clock, in as few calls as possible. Ids that Salesforce does not show are deletes.
 * A mark is cleared in the merge's transaction, and only if nothing dirtied the record since its read began.
 */
export async function recordsToShadow(
  connections: Connections,
  object: string,
  signal?: AbortSignal,
): Promise<RereadCounts> {
  try {
    return await rereadAll(connections, object, signal)
  } catch (error) {
    // A daily limit that is used up is waited for; an abort is the process's end.
    if (!isBudgetStop(error) && !signal?.aborted) countError(object, "records_to_shadow", error)
    throw error
  }
}

async function rereadAll(
  connections: Connections,
  object: string,
  signal?: AbortSignal,
): Promise<RereadCounts> {
  const total: RereadCounts = { read: 0, missing: 0, cleared: 0 }
  const selection = await readSelection(connections, object)
  if (selection === null) return total
  await connections.pool.query("select sf_shadow.requests_to_dirty(of_object => $1)", [object])
  // The login's answer is the least that tells Salesforce's time.
  await connections.session.credentials()
  if (await leftToBulk(connections, object)) return total
  for (;;) {
    signal?.throwIfAborted()
    await connections.budget.assert("reread")
    const marks = await ripeMarks(connections, object)
    if (marks.length === 0) break
    const counts = await reread(connections, object, selection, marks).catch((error) =>
      leaveToOperator(connections, object, error),
    )
    if (counts === null) return total
    await noteFuse(connections, object, null)
    total.read += counts.read
    total.missing += counts.missing
    total.cleared += counts.cleared
  }
  await connections.pool.query("select sf_shadow.add_records_job(of_object => $1)", [object])
  if (total.read + total.missing > 0) {
    connections.log.info(
      { event: "records_to_shadow", object, ...total },
      `${object}: ${total.read} records read again`,
    )
  }
  return total
}

/** The fuse of rule 7 has tripped: the marks stay, and freshness stands still, until somebody has looked. */
async function leaveToOperator(
  connections: Connections,
  object: string,
  error: Error & { hint?: string },
): Promise<null> {
  if (sqlstateOf(error) !== sqlstate.fuse) throw error
  const { log } = connections
  await noteFuse(connections, object, error.message)
  countError(object, "records_to_shadow", error)
  log.error({ event: "fuse_tripped", object }, `${error.message}. ${error.hint}`)
  return null
}

async function reread(
  connections: Connections,
  object: string,
  selection: Selection,
  marks: Mark[],
): Promise<RereadCounts> {
  const ids = marks.map(({ record_id }) => record_id)
  let cleared = 0
  const { compared, missing } = await readAndMerge(connections, object, selection, ids, async (client) => {
    const { rows } = await client.query<{ cleared: number }>(
      "select sf_shadow.clear_marks(of_object => $1, record_ids => $2, generations => $3::bigint[]) as cleared",
      [object, ids, marks.map(({ generation }) => generation)],
    )
    cleared = rows[0]?.cleared ?? 0
  })
  return { read: compared - missing, missing, cleared }
}

/**
 * Reads records by Id and merges them in one transaction, ids that Salesforce does not show as deletes.
 *
 * @param within more work of the same transaction, after the merge
 * @returns records compared, how many of them are missing in Salesforce, and the drift found (see _count_drift)
 */
export async function readAndMerge(
  { pool, session }: Connections,
  object: string,
  { fields, filter }: Selection,
  ids: string[],
  within?: (client: PoolClient) => Promise<void>,
): Promise<{ compared: number; missing: number; drift: number }> {
  const read = await readRecords(session, { object, fields, ids, filter })
  const json = `[${read.records.join(",")}]`
  const counts = await transaction(pool, async (client) => {
    const { rows } = await client.query<{ read_id: number }>(
      "insert into sf_shadow.read (object, read_from, read_to, filter) values ($1, $2, $3, $4) returning read_id",
      [object, read.readFrom, read.readTo, filter],
    )
    await client.query("select sf_shadow.json_to_page(fields => $1, records => $2::jsonb)", [fields, json])
    const merged = await client.query<MergeCounts>(
      "select * from sf_shadow.merge_records(of_object => $1, of_read_id => $2, has_marks => $3, missing => $4)",
      [object, rows[0]?.read_id, mayHoldMarks(json), read.missing],
    )
    await within?.(client)
    return merged.rows[0] as MergeCounts
  })
  countMerged(object, "reread", counts)
  return {
    compared: read.records.length + read.missing.length,
    missing: read.missing.length,
    drift: counts.drift,
  }
}

/** Shows in sf_shadow_lag why re-reads do not go on; null when they do. */
async function noteFuse({ pool }: Connections, object: string, reason: string | null): Promise<void> {
  await pool.query(
    "update sf_shadow.object_state set fuse_of_rereads = $2 where object = $1 and fuse_of_rereads is distinct from $2",
    [object, reason],
  )
}

/** Many doubts are settled by one full load instead; their marks go when it ends. True when it was asked for. */
async function leftToBulk({ pool, log }: Connections, object: string): Promise<boolean> {
  const { rows } = await pool.query<{ doubts: number; loading: boolean }>(
    `select sf_shadow.loadable_doubts(of_object => $1) as doubts,
       exists (select from sf_shadow.run where object = $1 and kind = 'full' and finished_at is null) as loading`,
    [object],
  )
  const { doubts, loading } = rows[0] as { doubts: number; loading: boolean }
  if (doubts <= rereadsAtMost) return false
  if (loading) return true
  await pool.query("select public.add_job('backfill', json_build_object('object', $1::text))", [object])
  log.warn(
    { event: "records_to_shadow_by_bulk", object, doubts },
    `${doubts} records of ${object} are in doubt: a full load was queued instead of as many re-reads`,
  )
  return true
}

/** The marks whose time has come, with the generation that the read may clear; and whom they contest a value with. */
async function ripeMarks({ pool, session }: Connections, object: string): Promise<Mark[]> {
  const { rows } = await pool.query<Mark>(
    "select * from sf_shadow.ripe_marks(of_object => $1, ripe_until => $2, at_most => $3)",
    [object, session.clock.earliest(), idsPerRead],
  )
  return rows
}

/** Null before the first describe: nothing was loaded, so that there is nothing to settle. */
async function readSelection({ pool }: Connections, object: string): Promise<Selection | null> {
  const { rows } = await pool.query<Selection & { fields: string[] | null }>(
    "select sf_shadow.load_fields(of_object => o.object) as fields, o.filter from sf_shadow.object o where o.object = $1",
    [object],
  )
  return rows[0]?.fields ? rows[0] : null
}
