import type { Pool } from "pg"
import { Registry } from "prom-client"
import { createReader, type Reader } from "../../../src/reader/index.ts"
import type { Org } from "../../../src/simulator/org/org.ts"
import type { Random } from "../../../src/simulator/org/random.ts"
import { type Hidden, type Payload, RecordHistories } from "./record_histories.ts"

/** Per look; each is a question to the database, and may ask for a refresh. */
const questionsPerLook = 3

interface Told {
  question: string
  freshAsOf: Date | null
  /** The records that the answer is about, as it has them. */
  records: { object: string; id: string; held: Payload | undefined }[]
}

/** A service that reads by the package's reader, without Salesforce behind it, and holds the answers to be true. */
export class ReaderAnswers {
  readonly #reader: Reader
  readonly #pool: Pool
  readonly #org: Org
  readonly #random: Random
  readonly #publishDelayMs: number

  constructor({ pool, org, random }: { pool: Pool; org: Org; random: Random }, publishDelayMs: number) {
    this.#reader = createReader({ pool, register: new Registry(), mode: "shadow" })
    this.#pool = pool
    this.#org = org
    this.#random = random
    this.#publishDelayMs = publishDelayMs
  }

  /** Asks about some records and returns what was claimed and untrue. */
  async untrue(hidden: Hidden): Promise<string[]> {
    const found: string[] = []
    for (let asked = 0; asked < questionsPerLook; asked++) {
      const told = await this.#ask()
      if (told?.freshAsOf == null) continue
      for (const { object, id, held } of told.records) {
        const histories = new RecordHistories(
          this.#org,
          object,
          await this.#eventFields(object),
          this.#publishDelayMs,
          hidden,
        )
        const wrong = histories.behind(id, told.freshAsOf.getTime(), held)
        if (wrong)
          found.push(`${told.question} is fresh as of ${told.freshAsOf.toISOString()}, but ${id} ${wrong}`)
      }
    }
    return found
  }

  async #ask(): Promise<Told | null> {
    const object = this.#random.pick(["Product2", "Account"])
    const ids = [...this.#org.table(object).ids()]
    if (ids.length === 0) return null
    const id = this.#random.pick(ids)
    if (object === "Account") {
      const { value, freshAsOf } = await this.#reader.eligibility(id)
      return {
        question: "reader.eligibility",
        freshAsOf,
        records: [{ object, id, held: value?.rawPayload }],
      }
    }
    const { value, freshAsOf } = await this.#reader.product(id)
    const prices = (value?.prices ?? []).map(({ pricebookEntryId, rawPayload }) => ({
      ...{ object: "PricebookEntry", id: pricebookEntryId, held: rawPayload },
    }))
    return {
      question: "reader.product",
      freshAsOf,
      records: [{ object, id, held: value?.rawPayload }, ...prices],
    }
  }

  /** Describe adds fields as it goes. */
  async #eventFields(object: string): Promise<string[]> {
    const { rows } = await this.#pool.query<{ field: string }>(
      `select k.field::text from sf_shadow.kept_fields($1) k
       where k.field <> all (sf_shadow.query_only_fields($1))`,
      [object],
    )
    return rows.map(({ field }) => field)
  }
}
