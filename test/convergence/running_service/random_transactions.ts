import { DmlError } from "../../../src/simulator/org/dml_error.ts"
import { unstorableTexts } from "../../../src/simulator/org/hostile_texts.ts"
import type { Org } from "../../../src/simulator/org/org.ts"
import type { Random } from "../../../src/simulator/org/random.ts"
import type { OrgRecord } from "../../../src/simulator/org/row.ts"
import type { Seeded } from "../../../src/simulator/org/seed.ts"
import type { Transaction } from "../../../src/simulator/org/transaction.ts"
import { type Fields, randomFields } from "../../harness/random_fields.ts"

export const objects = ["Product2", "PricebookEntry", "Account"] as const
export type ObjectName = (typeof objects)[number]

/** How many records of each object take a large part of the changes. */
const hotRecords = 3
/** How many records a bulk update changes at most. */
const largestBulk = 120

/** Commits random transactions of one to three changes, over all three objects, from a seed. */
export class RandomTransactions {
  /** Objects with a hard delete: nothing is published of it. */
  readonly hardDeleted = new Set<ObjectName>()
  readonly #org: Org
  readonly #random: Random
  readonly #pricebooks: readonly string[]
  #number = 0
  /** A hand-over of SKUs under way, a transaction for each product. */
  #passing: [id: string, sku: unknown][] | undefined

  constructor(org: Org, random: Random, seeded: Seeded) {
    this.#org = org
    this.#random = random
    this.#pricebooks = seeded.pricebooks
  }

  /** One transaction. What Salesforce would refuse (a change of what the same transaction deleted) leaves all as it was. */
  commit(): void {
    if (this.#random.chance(0.04)) {
      this.#hardDelete()
      return
    }
    this.#passing ??= this.#random.chance(0.05) ? this.#passed(3) : undefined
    if (this.#passing !== undefined && this.#random.chance(0.4)) {
      this.#passNext(this.#passing)
      return
    }
    const options = {
      automatic: this.#random.chance(0.05),
      // A long transaction: its records bear a second from before others that were committed earlier.
      ...(this.#random.chance(0.1) ? { startedAt: this.#org.now() - this.#random.below(8_000) } : {}),
    }
    const changes = this.#random.chance(0.75) ? 1 : 2 + this.#random.below(2)
    try {
      this.#org.transaction((tx) => {
        for (let made = 0; made < changes; made++) this.#change(tx)
      }, options)
    } catch (error) {
      if (!(error instanceof DmlError)) throw error
    }
  }

  /**
   * Gives each product a SKU of its own, but for some that have none, and whole texts: from here on every other record
   * can be stored. Returns the ids of those without a SKU, with their entries'.
   */
  makeStorable(): Set<string> {
    this.#mendTexts()
    const held = new Set<unknown>()
    const claimants = this.#records("Product2").filter(({ StockKeepingUnit: sku }) => {
      if (sku === null) return this.#random.chance(0.2)
      const isContested = held.has(sku)
      held.add(sku)
      return isContested
    })
    if (claimants.length > 0)
      this.#org.transaction((tx) => {
        for (const { Id } of claimants)
          tx.update("Product2", Id as string, { StockKeepingUnit: this.#newSku() })
      })
    const blank = this.#records("Product2").filter(({ StockKeepingUnit }) => StockKeepingUnit === null)
    const unstorable = new Set(blank.map(({ Id }) => Id as string))
    const entries = this.#records("PricebookEntry").filter(({ Product2Id }) =>
      unstorable.has(Product2Id as string),
    )
    return new Set([...unstorable, ...entries.map(({ Id }) => Id as string)])
  }

  #mendTexts(): void {
    const broken = (["Product2", "Account"] as const).flatMap((object) =>
      this.#records(object)
        .filter((record) => Object.values(record).some((value) => unstorableTexts.includes(value as string)))
        .map((record) => [object, record.Id as string] as const),
    )
    if (broken.length === 0) return
    this.#org.transaction((tx) => {
      for (const [object, id] of broken) {
        const record = this.#org.read(object, id) as OrgRecord
        const fields = Object.keys(record).filter((field) =>
          unstorableTexts.includes(record[field] as string),
        )
        tx.update(object, id, Object.fromEntries(fields.map((field) => [field, "whole again"])))
      }
    })
  }

  #change(tx: Transaction): void {
    const kinds: [number, () => void][] = [
      [28, () => this.#update(tx, 1)],
      [6, () => this.#update(tx, 2 + this.#random.below(20))],
      [2, () => this.#update(tx, largestBulk)],
      [8, () => this.#reprice(tx)],
      [8, () => this.#updateAgain(tx)],
      [9, () => this.#createProduct(tx)],
      [4, () => void this.#createEntry(tx, this.#some("Product2"), this.#random.pick(this.#pricebooks))],
      [4, () => this.#createAccount(tx)],
      [11, () => this.#delete(tx)],
      [7, () => this.#undelete(tx)],
      [5, () => this.#passSkusOn(tx)],
      [3, () => tx.update("Product2", this.#some("Product2"), { StockKeepingUnit: null })],
      [3, () => this.#claimSku(tx)],
      [2, () => this.#refill(tx)],
      [3, () => this.#breakText(tx)],
      [
        6,
        () =>
          tx.update("PricebookEntry", this.#some("PricebookEntry"), { Product2Id: this.#some("Product2") }),
      ],
    ]
    let dice = this.#random.next() * kinds.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, make] of kinds) {
      dice -= weight
      if (dice >= 0) continue
      make()
      return
    }
  }

  /** The same change of several records: Salesforce merges them into one event, or two. */
  #update(tx: Transaction, atMost: number): void {
    const object = this.#random.pick(objects)
    const fields = this.#fields(object)
    for (const id of this.#random.shuffle(this.#alive(object)).slice(0, atMost)) tx.update(object, id, fields)
  }

  #reprice(tx: Transaction): void {
    for (const id of this.#random.shuffle(this.#alive("PricebookEntry")).slice(0, 1 + this.#random.below(15)))
      tx.update("PricebookEntry", id, { UnitPrice: this.#price() })
  }

  #updateAgain(tx: Transaction): void {
    const object = this.#random.pick(objects)
    const id = this.#some(object)
    for (let made = 0; made < 2; made++) tx.update(object, id, this.#fields(object))
  }

  #createProduct(tx: Transaction): void {
    const fields = {
      ...this.#fields("Product2"),
      Name: `New ${this.#number}`,
      StockKeepingUnit: this.#newSku(),
    }
    const id = tx.create("Product2", fields)
    for (const pricebook of this.#pricebooks)
      if (this.#random.chance(0.7)) this.#createEntry(tx, id, pricebook)
  }

  #createEntry(tx: Transaction, Product2Id: string, Pricebook2Id: string): string {
    const CurrencyIsoCode = this.#random.pick(["USD", "EUR"])
    return tx.create("PricebookEntry", {
      Product2Id,
      Pricebook2Id,
      CurrencyIsoCode,
      UnitPrice: this.#price(),
    })
  }

  #createAccount(tx: Transaction): void {
    tx.create("Account", { ...this.#fields("Account"), Name: `New account ${this.#number++}` })
  }

  #delete(tx: Transaction): void {
    const object = this.#random.pick(objects)
    tx.delete(object, this.#some(object))
  }

  #undelete(tx: Transaction): void {
    const object = this.#random.pick(["Product2", "Account"] as const)
    const table = this.#org.table(object)
    const binned = [...table.ids()].filter((id) => {
      const row = table.current(id)
      return row !== null && table.isDeleted(row)
    })
    if (binned.length > 0) tx.undelete(object, this.#random.pick(binned))
  }

  /** Some products hand their SKUs round, or down, so that the last one has none. */
  #passSkusOn(tx: Transaction): void {
    for (const [id, sku] of this.#passed(2 + this.#random.below(2)))
      tx.update("Product2", id, { StockKeepingUnit: sku })
  }

  #passNext(passing: [id: string, sku: unknown][]): void {
    const [id, sku] = passing.shift() as [string, unknown]
    if (passing.length === 0) this.#passing = undefined
    if (this.#alive("Product2").includes(id))
      this.#org.transaction((tx) => tx.update("Product2", id, { StockKeepingUnit: sku }))
  }

  #passed(count: number): [id: string, sku: unknown][] {
    const ring = this.#random.shuffle(this.#alive("Product2")).slice(0, count)
    const skus = ring.map((id) => this.#org.read("Product2", id)?.StockKeepingUnit)
    if (this.#random.chance(0.4)) skus[0] = null
    return ring.map((id, at) => [id, skus[(at + 1) % ring.length]])
  }

  /** A text that Postgres cannot hold, in a column, in raw_payload alone, or where nothing is kept of it. */
  #breakText(tx: Transaction): void {
    const [object, field] = this.#random.pick([
      ["Product2", "Name"],
      ["Product2", "Description"],
      ["Account", "Internet_Eligibility__c"],
      ["Account", "Name"],
    ] as const)
    tx.update(object, this.#some(object), { [field]: this.#random.pick(unstorableTexts) })
  }

  #claimSku(tx: Transaction): void {
    const holder = this.#org.read("Product2", this.#some("Product2"))
    tx.update("Product2", this.#some("Product2"), { StockKeepingUnit: holder?.StockKeepingUnit })
  }

  /** One of the blank SKUs is filled again. */
  #refill(tx: Transaction): void {
    const blank = this.#records("Product2").filter(({ StockKeepingUnit }) => StockKeepingUnit === null)
    if (blank.length > 0)
      tx.update("Product2", this.#random.pick(blank).Id as string, { StockKeepingUnit: this.#newSku() })
  }

  /** Live or out of the recycle bin; a product takes its entries with it. */
  #hardDelete(): void {
    const object = this.#random.pick(objects)
    const id = this.#some(object)
    const entries = this.#records("PricebookEntry").filter(({ Product2Id }) => Product2Id === id)
    if (object === "Product2") {
      this.#org.hardDelete(
        "PricebookEntry",
        entries.map(({ Id }) => Id as string),
      )
      this.hardDeleted.add("PricebookEntry")
    }
    this.#org.hardDelete(object, [id])
    this.hardDeleted.add(object)
  }

  #fields(object: ObjectName): Fields {
    const { StockKeepingUnit: _, ...fields } = randomFields(this.#org, object, this.#random)
    return fields
  }

  #price(): number {
    return this.#random.below(100_000_00) / 100
  }

  #newSku(): string {
    return `NEW-${this.#number++} ${this.#random.pick(["", '"', "ü", "\\."])}`
  }

  #records(object: ObjectName): OrgRecord[] {
    return [...this.#org.rows(object)]
  }

  #alive(object: ObjectName): string[] {
    return this.#records(object).map(({ Id }) => Id as string)
  }

  /** Some records are hot, so that changes, events and reads of one record meet. */
  #some(object: ObjectName): string {
    const alive = this.#alive(object)
    return this.#random.pick(this.#random.chance(0.4) ? alive.slice(0, hotRecords) : alive)
  }
}
