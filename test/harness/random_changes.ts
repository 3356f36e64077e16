import type { Org } from "../../src/simulator/org/org.ts"
import type { Random } from "../../src/simulator/org/random.ts"
import type { Seeded } from "../../src/simulator/org/seed.ts"
import type { Transaction } from "../../src/simulator/org/transaction.ts"
import { type Fields, randomFields } from "./random_fields.ts"

const objects = ["Product2", "PricebookEntry", "Account"] as const
type ObjectName = (typeof objects)[number]

/** Changes an org at random, all of it repeatable from the seed of `random`; SKUs stay unique. */
export class RandomChanges {
  /** How often each kind of change was made, by name. */
  readonly made: Record<string, number> = {}
  readonly #org: Org
  readonly #random: Random
  readonly #pricebooks: readonly string[]
  readonly #alive: Record<ObjectName, string[]>
  readonly #binned: { object: ObjectName; id: string }[] = []
  #number = 0

  constructor(org: Org, random: Random, seeded: Seeded) {
    this.#org = org
    this.#random = random
    this.#pricebooks = seeded.pricebooks
    this.#alive = {
      Product2: [...seeded.products],
      PricebookEntry: [...seeded.entries],
      Account: [...seeded.accounts],
    }
  }

  /** One transaction, or two where the change asks for it. */
  change(): void {
    const kinds: [number, string, () => void][] = [
      [30, "update", () => this.#update()],
      [12, "re-pricing", () => this.#reprice()],
      [8, "merged update", () => this.#updateMany()],
      [8, "several writes of one record", () => this.#updateAgain()],
      [5, "change by Salesforce itself", () => this.#update({ automatic: true })],
      [3, "commit after a long transaction", () => this.#update({ startedAt: this.#org.now() - 5000 })],
      [10, "product with entries", () => this.#createProduct()],
      [4, "entry", () => this.#addEntry()],
      [5, "account", () => this.#createAccount()],
      [8, "delete", () => this.#delete()],
      [5, "undelete", () => this.#undelete()],
      [5, "SKU swap", () => this.#swapSkus()],
      [2, "SKU taken away", () => this.#takeSku()],
    ]
    let dice = this.#random.next() * kinds.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, kind, make] of kinds) {
      dice -= weight
      if (dice >= 0) continue
      this.made[kind] = (this.made[kind] ?? 0) + 1
      make()
      return
    }
  }

  /** Gives every product that lacks one a SKU: from here on every record can be stored. */
  giveSkusBack(): void {
    const without = [...this.#org.rows("Product2")].filter((product) => product.StockKeepingUnit === null)
    this.#inTransaction((tx) => {
      for (const { Id } of without) tx.update("Product2", Id as string, { StockKeepingUnit: this.#newSku() })
    })
  }

  #update(options: { automatic?: boolean; startedAt?: number } = {}): void {
    const object = this.#random.pick(objects)
    const id = this.#pick(object)
    this.#org.transaction((tx) => tx.update(object, id, this.#fields(object)), options)
  }

  #reprice(): void {
    const some = Array.from({ length: 1 + this.#random.below(30) }, () => this.#pick("PricebookEntry"))
    this.#inTransaction((tx) => {
      for (const id of new Set(some)) tx.update("PricebookEntry", id, { UnitPrice: this.#price() })
    })
  }

  #updateMany(): void {
    const object = this.#random.pick(objects)
    const fields = this.#fields(object)
    const some = Array.from({ length: 2 + this.#random.below(30) }, () => this.#pick(object))
    this.#inTransaction((tx) => {
      for (const id of new Set(some)) tx.update(object, id, fields)
    })
  }

  #updateAgain(): void {
    const object = this.#random.pick(objects)
    const id = this.#pick(object)
    this.#inTransaction((tx) => tx.update(object, id, this.#fields(object)))
    this.#inTransaction((tx) => {
      tx.update(object, id, this.#fields(object))
      tx.update(object, id, this.#fields(object))
    })
  }

  #createProduct(): void {
    const fields = {
      ...this.#fields("Product2"),
      Name: `New ${this.#number}`,
      StockKeepingUnit: this.#newSku(),
    }
    const entries: string[] = []
    const id = this.#inTransaction((tx) => {
      const created = tx.create("Product2", fields)
      for (const pricebook of this.#pricebooks) entries.push(this.#createEntry(tx, created, pricebook))
      return created
    })
    this.#alive.Product2.push(id)
    this.#alive.PricebookEntry.push(...entries)
  }

  #addEntry(): void {
    const product = this.#pick("Product2")
    const pricebook = this.#random.pick(this.#pricebooks)
    const id = this.#inTransaction((tx) => this.#createEntry(tx, product, pricebook))
    this.#alive.PricebookEntry.push(id)
  }

  #createEntry(tx: Transaction, Product2Id: string, Pricebook2Id: string): string {
    const CurrencyIsoCode = this.#random.pick(["USD", "EUR"])
    const entry = { Product2Id, Pricebook2Id, CurrencyIsoCode, UnitPrice: this.#price(), IsActive: true }
    return tx.create("PricebookEntry", entry)
  }

  #createAccount(): void {
    const fields = { ...this.#fields("Account"), Name: `New account ${this.#number++}` }
    this.#alive.Account.push(this.#inTransaction((tx) => tx.create("Account", fields)))
  }

  #delete(): void {
    const object = this.#random.pick(objects)
    const id = this.#pick(object)
    this.#inTransaction((tx) => tx.delete(object, id))
    this.#forget(object, id)
    if (object !== "PricebookEntry") this.#binned.push({ object, id })
    if (object === "Product2") {
      const gone = (entry: string) => this.#org.read("PricebookEntry", entry) === null
      this.#alive.PricebookEntry = this.#alive.PricebookEntry.filter((entry) => !gone(entry))
    }
  }

  #undelete(): void {
    const [back] = this.#binned.splice(this.#random.below(this.#binned.length || 1), 1)
    if (back === undefined) return
    this.#inTransaction((tx) => tx.undelete(back.object, back.id))
    this.#alive[back.object].push(back.id)
  }

  #swapSkus(): void {
    const ring = [...new Set(Array.from({ length: 2 + this.#random.below(2) }, () => this.#pick("Product2")))]
    const skus = ring.map((id) => this.#org.read("Product2", id)?.StockKeepingUnit)
    this.#inTransaction((tx) => {
      for (const [at, id] of ring.entries())
        tx.update("Product2", id, { StockKeepingUnit: skus[(at + 1) % ring.length] })
    })
  }

  #takeSku(): void {
    const id = this.#pick("Product2")
    this.#inTransaction((tx) => tx.update("Product2", id, { StockKeepingUnit: null }))
  }

  #inTransaction<T>(work: (tx: Transaction) => T): T {
    return this.#org.transaction(work)
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

  #pick(object: ObjectName): string {
    return this.#random.pick(this.#alive[object])
  }

  #forget(object: ObjectName, id: string): void {
    this.#alive[object].splice(this.#alive[object].indexOf(id), 1)
  }
}
