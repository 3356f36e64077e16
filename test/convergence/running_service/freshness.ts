import type pg from "pg"
import type { Org } from "../../../src/simulator/org/org.ts"
import type { Row } from "../../../src/simulator/org/row.ts"
import type { StoredVersion } from "../../../src/simulator/org/table.ts"

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

type Payload = Record<string, unknown>

/** Fields of an object that somebody was not allowed to read for a while: what the shadow holds of them is old. */
export type Hidden = ReadonlyMap<string, ReadonlySet<string>>

const claimsSql = `
  select l.object, l.fresh_as_of, l.fresh_except_listed, l.proven_as_of, o.key_column, o.shadow_table,
    array(select k.field::text from sf_shadow.kept_fields(l.object) k
      where k.field <> all (sf_shadow.query_only_fields(l.object))) as event_fields,
    array(select d.record_id::text from sf_shadow.dirty d where d.object = l.object
      union select r.record_id::text from sf_shadow.reject r where r.object = l.object) as listed
  from public.sf_shadow_lag l join sf_shadow.object o using (object)`

/**
 * Looks at the shadow and at what it claims of itself in one snapshot, and compares both with the org's history in
 * the exact sense of rule 10. Returns what was claimed and untrue.
 *
 * @param publishDelayMs within it each change is published; a claim covers changes published later than that only
 *   once they were published before the claimed time
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
    const { rows } = await client.query<{ id: string; raw_payload: Payload }>(
      `select ${claim.key_column} as id, raw_payload from public.${claim.shadow_table}`,
    )
    const held = new Map(rows.map(({ id, raw_payload }) => [id, raw_payload]))
    untrue.push(...new Comparison(org, claim, publishDelayMs, hidden).untrue(held))
  }
  await client.query("commit")
  return untrue
}

/** One object's claims against the org's history. */
class Comparison {
  readonly #claim: Claim
  readonly #publishDelayMs: number
  readonly #table: ReturnType<Org["table"]>
  readonly #listed: ReadonlySet<string>
  /** Where each compared field stands in a row of the org, and whether it is a datetime. */
  readonly #fields: { name: string; place: number; isTime: boolean }[]

  constructor(org: Org, claim: Claim, publishDelayMs: number, hidden: Hidden) {
    this.#claim = claim
    this.#publishDelayMs = publishDelayMs
    this.#table = org.table(claim.object)
    this.#listed = new Set(claim.listed)
    const { layout } = this.#table
    this.#fields = claim.event_fields
      .filter((name) => layout.has(name) && !hidden.get(claim.object)?.has(name))
      .map((name) => {
        const place = layout.place(name)
        return { name, place, isTime: layout.fields[place]?.type === "datetime" }
      })
  }

  untrue(held: ReadonlyMap<string, Payload>): string[] {
    const { object, fresh_as_of, fresh_except_listed, proven_as_of } = this.#claim
    const found: string[] = []
    for (const id of this.#table.ids()) {
      const { loaded, versions } = this.#table.history(id)
      if (versions.length === 0) continue
      const row = held.get(id)
      const say = (column: string, at: Date, what: string) =>
        found.push(`${column} of ${object} is ${at.toISOString()}, but ${id} ${what}`)
      const isListed = this.#listed.has(id)
      const stale = (at: Date | null) => at && this.#behind(loaded, versions, Number(at), row)
      const whole = stale(fresh_as_of)
      if (whole) say("fresh_as_of", fresh_as_of as Date, whole)
      const rest = isListed ? null : stale(fresh_except_listed)
      if (rest && !whole) say("fresh_except_listed", fresh_except_listed as Date, rest)
      const unproven =
        isListed || !proven_as_of ? null : this.#unproven(versions, proven_as_of.getTime(), row)
      if (unproven) say("proven_as_of", proven_as_of as Date, unproven)
    }
    return found
  }

  /** Whether the shadow holds, of each field, a version from before the last one that was published before `at`. */
  #behind(loaded: Row | null, versions: readonly StoredVersion[], at: number, held?: Payload): string | null {
    const isDue = ({ publishedAt, committedAt }: StoredVersion) =>
      publishedAt !== null &&
      committedAt < at &&
      (publishedAt < at || publishedAt - committedAt < this.#publishDelayMs)
    const last = versions.findLastIndex(isDue)
    if (last < 0) return null
    const since = versions.slice(last)
    if (held === undefined) {
      return since.every(({ row }) => this.#isLive(row)) ? `is missing since ${shown(versions[last])}` : null
    }
    if (!since.some(({ row }) => this.#isLive(row)))
      return `is still there, deleted by ${shown(versions[last])}`
    for (const { name, place, isTime } of this.#fields) {
      const carries = (at: number) => {
        const { row, changeType } = versions[at] as StoredVersion
        if (!this.#isLive(row)) return false
        const before = at === 0 ? loaded : ((versions[at - 1] as StoredVersion).row ?? null)
        return changeType !== "UPDATE" || before === null || row?.[place] !== before[place]
      }
      const carrier = versions.findLastIndex((version, at) => isDue(version) && carries(at))
      if (carrier < 0) continue
      const allowed = versions.slice(carrier).map(({ row }) => toHeld(row?.[place] ?? null, isTime))
      if (!allowed.includes(held[name] as never)) {
        return `${name} is ${JSON.stringify(held[name])?.slice(0, 60)} and was ${JSON.stringify(allowed)?.slice(0, 200)} since ${shown(versions[carrier])}`
      }
    }
    return null
  }

  /** Whether the record's presence is from before `at`, whatever was published of it. */
  #unproven(versions: readonly StoredVersion[], at: number, held?: Payload): string | null {
    const last = versions.findLastIndex(({ committedAt }) => committedAt < at)
    if (last < 0) return null
    const since = versions.slice(last)
    if (held !== undefined && !since.some(({ row }) => this.#isLive(row)))
      return `is still there, gone by ${shown(versions[last])}`
    if (held === undefined && since.every(({ row }) => this.#isLive(row)))
      return `is missing since ${shown(versions[last])}`
    return null
  }

  #isLive(row: Row | null): boolean {
    return row !== null && !this.#table.isDeleted(row)
  }
}

function toHeld(value: Row[number], isTime: boolean): unknown {
  return isTime && typeof value === "number" ? new Date(value).toISOString() : value
}

function shown(version: StoredVersion | undefined): string {
  if (version === undefined) return "the beginning"
  const { changeType, committedAt, publishedAt } = version
  const at = (ms: number | null) => (ms === null ? "never" : new Date(ms).toISOString())
  return `${changeType ?? "a silent change"} committed ${at(committedAt)}, published ${at(publishedAt)}`
}
