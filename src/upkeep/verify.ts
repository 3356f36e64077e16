import type { Connections } from "../connections.ts"
import { describeToFields, objectsInOrder } from "../mapping/index.ts"
import { driftTotal } from "../metrics/index.ts"
import { readAndMerge, type Selection } from "../records_to_shadow/index.ts"
import { countRecords } from "../salesforce/records.ts"

/** Records compared per object unless more are asked for. */
export const defaultSampleSize = 1_000

/** What a comparison of a sample with Salesforce has found; counts in records. */
export interface Verification {
  object: string
  compared: number
  /** Rows that were wrong though the object claimed to be fresh. They are repaired by the same read. */
  drift: number
  countInOrg: number
  countInShadow: number
}

/**
 * Compares a random sample of each object with Salesforce, field by field, and counts on both sides. What differs
 * is merged on the spot; drift is what differs without having been on its way. The result is stored and shown
 * in sf_shadow_lag. A comparison of every row is a full load: `backfill` counts drift in the same way.
 */
export async function verify(
  connections: Connections,
  wanted: readonly string[],
  sampleSize: number,
): Promise<Verification[]> {
  const results: Verification[] = []
  for (const object of await objectsInOrder(connections, wanted)) {
    const result = await verifyObject(connections, object, sampleSize)
    results.push(result)
    driftTotal.inc({ object }, result.drift)
    const keys = { event: "verified", ...result }
    const message = `${object}: ${result.compared} records compared, ${result.drift} had drifted; Salesforce counts ${result.countInOrg}, the shadow ${result.countInShadow}`
    if (result.drift > 0)
      connections.log.error(
        keys,
        `${message}. They are repaired; look for the cause before ${object} is trusted again.`,
      )
    else connections.log.info(keys, message)
  }
  return results
}

async function verifyObject(
  connections: Connections,
  object: string,
  sampleSize: number,
): Promise<Verification> {
  const { pool, session, budget } = connections
  await budget.assert("reread")
  await describeToFields(connections, object)
  const sample = await pool.query<Selection & { ids: string[] }>(
    `select sf_shadow.sample_ids(of_object => o.object, sample_size => $2) as ids,
       sf_shadow.load_fields(of_object => o.object) as fields, o.filter
     from sf_shadow.object o where o.object = $1`,
    [object, sampleSize],
  )
  const { ids, fields, filter } = sample.rows[0] as Selection & { ids: string[] }
  const { compared, drift } =
    ids.length > 0
      ? await readAndMerge(connections, object, { fields, filter }, ids)
      : { compared: 0, drift: 0 }
  const countInOrg = await countRecords(session, object, filter)
  const { rows } = await pool.query<{ count_in_shadow: number }>(
    `insert into sf_shadow.verification (object, kind, compared, drift, count_in_org, count_in_shadow)
     select object, 'sample', $2, $3, $4, row_count from sf_shadow.object_state where object = $1
     returning count_in_shadow`,
    [object, compared, drift, countInOrg],
  )
  return { object, compared, drift, countInOrg, countInShadow: rows[0]?.count_in_shadow ?? 0 }
}
