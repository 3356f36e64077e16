import type pg from "pg"
import { ageOf } from "../../../src/reader/shadow_rows.ts"
import type { Row } from "../../../src/reader/values.ts"
import type { Org } from "../../../src/simulator/org/org.ts"
import { type Hidden, type Payload, RecordHistories } from "./record_histories.ts"

interface Claim {
  object: string
  key_column: string
  shadow_table: string
  event_fields: string[]
  fresh_as_of: Date | null
  fresh_except_listed: Date | null
  proven_as_of: Date | null
  /** Ids of records that are dirty or rejected. */
  listed: string[]
}

interface HeldRow {
  id: string
  raw_payload: Payload
  synced_at: string
}

const claimsSql = `
  select l.object, l.fresh_as_of, l.fresh_except_listed, l.proven_as_of, o.key_column, o.shadow_table,
    array(select k.field::text from sf_shadow._kept_fields(l.object) k
      where k.field <> all (sf_shadow._query_only_fields(l.object))) as event_fields,
    array(select d.record_id::text from sf_shadow.dirty d where d.object = l.object
      union select r.record_id::text from sf_shadow.reject r where r.object = l.object) as listed
  from public.sf_shadow_lag l join sf_shadow.object o using (object)`

const eligibilitySql = `
  select asked.id, answer.raw_payload, extract(epoch from answer.age)::double precision * 1000 as age_ms
  from unnest($1::text[]) asked (id) cross join lateral public.sf_account_eligibility(asked.id) answer`

/**
 * Looks at the shadow and at all that a reader can be told of its age, in one snapshot, and compares with the org's
 * history in the exact sense of rule 10: what each object claims, the age of each row, what sf_account_eligibility
 * answers. Returns what was claimed and untrue.
 */
export async function untrueClaims(
  client: pg.Client,
  org: Org,
  publishDelayMs: number,
  hidden: Hidden,
): Promise<string[]> {
  const untrue: string[] = []
  await client.query("begin isolation level repeatable read read only")
  const { rows: claims } = await client.query<Claim>(claimsSql)
  for (const claim of claims) {
    const { object, event_fields, key_column, shadow_table } = claim
    const { rows } = await client.query<HeldRow>(
      `select ${key_column} as id, raw_payload, to_jsonb(synced_at) #>> '{}' as synced_at from public.${shadow_table}`,
    )
    const histories = new RecordHistories(org, object, event_fields, publishDelayMs, hidden)
    untrue.push(...untrueOf(claim, new Map(rows.map((row) => [row.id, row])), histories))
    if (object !== "Account") continue
    // By the org's own clock, before it is asked: by that nothing may pass for younger than it is.
    const askedAt = org.now()
    const answers = await client.query<{ id: string; raw_payload: Payload | null; age_ms: number | null }>(
      eligibilitySql,
      [histories.changed()],
    )
    for (const { id, raw_payload, age_ms } of answers.rows) {
      if (age_ms === null) continue
      const wrong = histories.behind(id, askedAt - age_ms, raw_payload ?? undefined)
      if (!wrong) continue
      const at = new Date(askedAt).toISOString()
      untrue.push(`sf_account_eligibility says at ${at} that it is ${age_ms} ms old, but ${id} ${wrong}`)
    }
  }
  await client.query("commit")
  return untrue
}

function untrueOf(claim: Claim, held: ReadonlyMap<string, HeldRow>, histories: RecordHistories): string[] {
  const { object, fresh_as_of, fresh_except_listed, proven_as_of } = claim
  const found: string[] = []
  const allListed = new Set(claim.listed)
  for (const id of histories.changed()) {
    const row = held.get(id)
    const say = (column: string, at: Date, what: string) =>
      found.push(`${column} of ${object} is ${at.toISOString()}, but ${id} ${what}`)
    const isListed = allListed.has(id)
    const stale = (at: Date | null) => at && histories.behind(id, Number(at), row?.raw_payload)
    const whole = stale(fresh_as_of)
    if (whole) say("fresh_as_of", fresh_as_of as Date, whole)
    const rest = isListed ? null : stale(fresh_except_listed)
    if (rest && !whole) say("fresh_except_listed", fresh_except_listed as Date, rest)
    const unproven =
      isListed || !proven_as_of ? null : histories.unproven(id, proven_as_of.getTime(), row?.raw_payload)
    if (unproven) say("proven_as_of", proven_as_of as Date, unproven)
    const told = readerAsOf(id, row, claim, isListed)
    const wrong = stale(told)
    if (wrong) say("the reader's answer", told as Date, wrong)
  }
  return found
}

/** As of when the reader of src/reader says that its answer about one record is right. */
function readerAsOf(id: string, row: HeldRow | undefined, claim: Claim, isListed: boolean): Date | null {
  const { object, fresh_except_listed } = claim
  const { freshAsOf } = ageOf(
    [
      {
        object,
        keyColumn: "id",
        isSet: row === undefined,
        rows:
          row === undefined
            ? []
            : [{ id, synced_at: row.synced_at } as unknown as Row & { synced_at: string }],
        freshness: {
          fresh_except_listed: fresh_except_listed instanceof Date ? fresh_except_listed.toISOString() : null,
          reason: null,
          listed: isListed ? [id] : [],
        },
      },
    ],
    0,
    0,
  )
  return freshAsOf === null ? null : new Date(freshAsOf)
}
