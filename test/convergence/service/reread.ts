import { isMirrored } from "../model/filter.ts"
import type { Fields, ObjectName } from "../model/objects.ts"
import type { Random } from "../model/random.ts"
import { visibleAt } from "../model/record.ts"
import { toDate } from "../virtual_time.ts"
import type { World } from "../world.ts"
import { toRecord } from "./to_record.ts"

interface Mark {
  record_id: string
  /** Null for a record without a mark that is read again with one. */
  generation: number | null
}

interface Reread {
  object: ObjectName
  marks: Mark[]
  askedAt: number
  answer: { records: Fields[]; missing: string[]; readFrom: number; readTo: number } | null
}

/** The re-reads by Id, one of each object under way at most, as src/records_to_shadow/index.ts makes them. */
export class RereadService {
  readonly #world: World
  readonly #underWay = new Map<ObjectName, Reread>()

  constructor(world: World) {
    this.#world = world
  }

  /** The next step of an object's re-reads: capture the ripe marks and ask, be answered, or merge. */
  async advance(object: ObjectName, killed: boolean, random: Random): Promise<void> {
    const reread = this.#underWay.get(object)
    if (reread === undefined) await this.#ask(object, random)
    else if (reread.answer === null) this.#answer(reread, random)
    else await this.#merge(reread, reread.answer, killed)
  }

  /** A sample is read to be compared, without any doubt; what differs is merged. */
  verify(object: ObjectName, random: Random): void {
    if (this.#underWay.has(object)) return
    // Also of records that are gone; the oldest are those that most happens to.
    const [oldest, ...others] = this.#world.org.all(object)
    const sample = [...(oldest ? [oldest] : []), ...random.shuffle(others).slice(0, 2)]
    const marks = sample.map(({ id }) => ({ record_id: id, generation: null }))
    if (marks.length > 0)
      this.#underWay.set(object, { object, marks, askedAt: this.#world.now, answer: null })
  }

  isUnderWay(object: ObjectName): boolean {
    return this.#underWay.has(object)
  }

  kill(): void {
    this.#underWay.clear()
  }

  async #ask(object: ObjectName, random: Random): Promise<void> {
    const marks = await this.#world.transaction<Mark>(false, [
      "select * from sf_shadow.ripe_marks(of_object => $1, ripe_until => $2, at_most => $3)",
      [object, toDate(this.#world.earliest(random)), 100],
    ])
    if (marks.length > 0)
      this.#underWay.set(object, { object, marks, askedAt: this.#world.now, answer: null })
  }

  #answer(reread: Reread, random: Random): void {
    const { now, org } = this.#world
    const records: Fields[] = []
    const missing: string[] = []
    for (const { record_id: id } of reread.marks) {
      const record = org.record(reread.object, id)
      const version = record && visibleAt(record, random.between(reread.askedAt, now))
      const isFiltered = this.#world.isFiltered && !this.#world.bugs.rereadsWithoutFilter
      if (record && version && isMirrored(isFiltered, record, version))
        records.push(toRecord(org, record, version))
      else missing.push(id)
    }
    const date = Math.floor(now / 1000) * 1000
    const readFrom = this.#world.bugs.readFromDateHeader ? date : date - (now - reread.askedAt) - 1000
    reread.answer = { records, missing, readFrom, readTo: date + 2000 }
    this.#world.say(
      `re-read of ${reread.object} answered: ${records.map((record) => record.Id).join(" ")}, missing ${missing.join(" ")}`,
    )
  }

  async #merge(reread: Reread, answer: NonNullable<Reread["answer"]>, killed: boolean): Promise<void> {
    const { object, marks } = reread
    const ids = marks.map(({ record_id }) => record_id)
    const [row] = await this.#world.transaction<{ cleared: number }>(
      killed,
      [
        `insert into sf_shadow.read (object, read_from, read_to, filter)
         select o.object, $2, $3, o.filter from sf_shadow.object o where o.object = $1`,
        [object, toDate(answer.readFrom), toDate(answer.readTo)],
      ],
      [
        "select sf_shadow.json_to_page(fields => sf_shadow.load_fields($1), records => $2::jsonb)",
        [object, JSON.stringify(answer.records)],
      ],
      [
        `select sf_shadow.merge_records(of_object => $1, missing => $2,
           of_read_id => currval(pg_get_serial_sequence('sf_shadow.read', 'read_id')))`,
        [object, answer.missing],
      ],
      [
        "select sf_shadow.clear_marks(of_object => $1, record_ids => $2, generations => $3::bigint[]) as cleared",
        [object, ids, marks.map(({ generation }) => generation)],
      ],
    )
    this.#underWay.delete(object)
    this.#world.say(
      `re-read of ${object} merged: ${row?.cleared} of ${marks.length} marks cleared${killed ? ", and the process killed before the commit" : ""}`,
    )
  }
}
