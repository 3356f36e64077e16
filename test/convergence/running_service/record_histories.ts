import type { Org } from "../../../src/simulator/org/org.ts"
import type { Row } from "../../../src/simulator/org/row.ts"
import type { StoredVersion } from "../../../src/simulator/org/table.ts"

/** What the shadow holds of a record: its raw_payload. */
export type Payload = Record<string, unknown>

/** Fields of an object that somebody was not allowed to read for a while: what the shadow holds of them is old. */
export type Hidden = ReadonlyMap<string, ReadonlySet<string>>

/** The org's true history of one object's records, to hold claims of freshness against. */
export class RecordHistories {
  readonly #publishDelayMs: number
  readonly #table: ReturnType<Org["table"]>
  /** Where each compared field stands in a row of the org, and whether it is a datetime. */
  readonly #fields: { name: string; place: number; isTime: boolean }[]

  /**
   * @param eventFields what is promised equal of the object's records
   * @param publishDelayMs within it each change is published; a claim covers changes published later than that only
   *   once they were published before the claimed time
   */
  constructor(
    org: Org,
    object: string,
    eventFields: readonly string[],
    publishDelayMs: number,
    hidden: Hidden,
  ) {
    this.#publishDelayMs = publishDelayMs
    this.#table = org.table(object)
    const { layout } = this.#table
    this.#fields = eventFields
      .filter((name) => layout.has(name) && !hidden.get(object)?.has(name))
      .map((name) => {
        const place = layout.place(name)
        return { name, place, isTime: layout.fields[place]?.type === "datetime" }
      })
  }

  /** Every record that the org has, or had. */
  all(): string[] {
    return [...this.#table.ids()]
  }

  /** Records that changed since the org began. */
  changed(): string[] {
    return [...this.#table.ids()].filter((id) => this.#table.history(id).versions.length > 0)
  }

  /**
   * Whether what is held is, in existence or in any field, from before the last version that was published before `at`.
   * Null where it is not; else in words, to follow the record's id.
   */
  behind(id: string, at: number, held: Payload | undefined): string | null {
    const { loaded, versions } = this.#table.history(id)
    const isDue = (version: StoredVersion) => this.#isDue(version, at)
    const last = versions.findLastIndex(isDue)
    if (last < 0) return null
    const since = versions.slice(last)
    if (held === undefined) {
      return since.every(({ row }) => this.#isLive(row)) ? `is missing since ${shown(versions[last])}` : null
    }
    if (!since.some(({ row }) => this.#isLive(row)))
      return `is still there, deleted by ${shown(versions[last])}`
    for (const { name, place, isTime } of this.#fields) {
      const carries = (index: number) => {
        const { row, changeType } = versions[index] as StoredVersion
        if (!this.#isLive(row)) return false
        const before = index === 0 ? loaded : ((versions[index - 1] as StoredVersion).row ?? null)
        return changeType !== "UPDATE" || before === null || row?.[place] !== before[place]
      }
      const carrier = versions.findLastIndex((version, index) => isDue(version) && carries(index))
      if (carrier < 0) continue
      const allowed = versions.slice(carrier).map(({ row }) => toHeld(row?.[place] ?? null, isTime))
      if (!allowed.includes(held[name])) {
        return `${name} is ${JSON.stringify(held[name])?.slice(0, 60)} and was ${JSON.stringify(allowed)?.slice(0, 200)} since ${shown(versions[carrier])}`
      }
    }
    return null
  }

  /** Whether the record has been there and `matches` ever since the last version that was published before `at`. */
  always(id: string, at: number, matches: (field: (name: string) => unknown) => boolean): boolean {
    const { loaded, versions } = this.#table.history(id)
    const last = versions.findLastIndex((version) => this.#isDue(version, at))
    const since = versions.slice(Math.max(last, 0)).map(({ row }) => row)
    if (last < 0) since.unshift(loaded)
    return since.every((row) => this.#isLive(row) && matches((name) => row?.[this.#table.layout.place(name)]))
  }

  /** Every value that the record has ever had in a field. */
  everHad(id: string, name: string): Set<unknown> {
    const { loaded, versions } = this.#table.history(id)
    const place = this.#table.layout.place(name)
    const rows = [loaded, ...versions.map(({ row }) => row)].filter((row) => row !== null)
    return new Set(rows.map((row) => row[place]))
  }

  /** Whether the record's presence is from before `at`, whatever was published of it; as `behind`. */
  unproven(id: string, at: number, held: Payload | undefined): string | null {
    const { versions } = this.#table.history(id)
    const last = versions.findLastIndex(({ committedAt }) => committedAt < at)
    if (last < 0) return null
    const since = versions.slice(last)
    if (held !== undefined && !since.some(({ row }) => this.#isLive(row)))
      return `is still there, gone by ${shown(versions[last])}`
    if (held === undefined && since.every(({ row }) => this.#isLive(row)))
      return `is missing since ${shown(versions[last])}`
    return null
  }

  #isDue({ publishedAt, committedAt }: StoredVersion, at: number): boolean {
    if (publishedAt === null || committedAt >= at) return false
    return publishedAt < at || publishedAt - committedAt < this.#publishDelayMs
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
