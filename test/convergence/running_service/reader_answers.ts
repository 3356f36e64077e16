import type { Pool } from "pg"
import { Registry } from "prom-client"
import { createReader, type Product, type Reader, type ReadResult } from "../../../src/reader/index.ts"
import type { Org } from "../../../src/simulator/org/org.ts"
import type { Random } from "../../../src/simulator/org/random.ts"
import { type Hidden, RecordHistories } from "./record_histories.ts"

/** Per look; each is a question to the database, and may ask for a refresh. */
const questionsPerLook = 3

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
      const question = this.#random.pick(["eligibility", "product", "productBySku"] as const)
      const object = question === "eligibility" ? "Account" : "Product2"
      const histories = await this.#histories(object, hidden)
      const ids = histories.all()
      if (ids.length === 0) continue
      const id = this.#random.pick(ids)
      const say = (freshAsOf: Date, of: string, wrong: string) =>
        found.push(`reader.${question} is fresh as of ${freshAsOf.toISOString()}, but ${of} ${wrong}`)
      if (question === "productBySku") {
        const sku = this.#org.read("Product2", id)?.StockKeepingUnit
        if (typeof sku !== "string") continue
        const { value, freshAsOf } = await this.#reader.productBySku(sku)
        const hadIt = (at: Date) =>
          histories.always(id, at.getTime(), (field) => field("StockKeepingUnit") === sku)
        if (value === null && freshAsOf && hadIt(freshAsOf)) say(freshAsOf, id, `has had ${sku} since`)
        continue
      }
      const answer = await this.#reader[question](id)
      if (answer.freshAsOf === null) continue
      const wrong = histories.behind(id, answer.freshAsOf.getTime(), answer.value?.rawPayload)
      if (wrong) say(answer.freshAsOf, id, wrong)
      if (question !== "product") continue
      const prices = await this.#histories("PricebookEntry", hidden)
      for (const [of, what] of wrongPrices(id, answer as ReadResult<Product>, prices))
        say(answer.freshAsOf, of, what)
    }
    return found
  }

  /** Describe adds fields as it goes. */
  async #histories(object: string, hidden: Hidden): Promise<RecordHistories> {
    const { rows } = await this.#pool.query<{ field: string }>(
      `select k.field::text from sf_shadow._kept_fields($1) k
       where k.field <> all (sf_shadow._query_only_fields($1))`,
      [object],
    )
    const fields = rows.map(({ field }) => field)
    return new RecordHistories(this.#org, object, fields, this.#publishDelayMs, hidden)
  }
}

/** Prices that are from before the answer's time, or missing in it though they were there since: id, and what. */
function wrongPrices(
  productId: string,
  { value, freshAsOf }: ReadResult<Product>,
  histories: RecordHistories,
): [id: string, what: string][] {
  if (value === null || freshAsOf === null) return []
  const held = new Map(value.prices.map(({ pricebookEntryId, rawPayload }) => [pricebookEntryId, rawPayload]))
  return histories.all().flatMap((id): [string, string][] => {
    const at = freshAsOf.getTime()
    const payload = held.get(id)
    if (payload !== undefined) {
      const wrong = histories.behind(id, at, payload)
      return wrong ? [[id, wrong]] : []
    }
    // The reader relies on it that Salesforce lets nobody move an entry; the histories do move some.
    if (histories.everHad(id, "Product2Id").size > 1) return []
    const isPrice = (field: (name: string) => unknown) =>
      field("IsActive") === true && field("Product2Id") === productId
    return histories.always(id, at, isPrice) ? [[id, `has been a price of ${productId} since`]] : []
  })
}
