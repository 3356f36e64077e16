import type { Org } from "../../../src/simulator/org/org.ts"
import type { Seeded } from "../../../src/simulator/org/seed.ts"

/** One transaction with one event: nearly always an update of a few fields, now and then a create or a delete. */
export function changeAny(org: Org, { products, entries, accounts, pricebooks }: Seeded): void {
  const { random } = org
  const dice = random.next()
  org.transaction((tx) => {
    if (dice < 0.5) {
      const price = { UnitPrice: random.below(1_000_000) / 100, IsActive: random.chance(0.9) }
      tx.update("PricebookEntry", random.pick(entries), price)
    } else if (dice < 0.75) {
      const fields = { Name: `Renamed ${random.below(1e6)}`, Item_Class__c: random.pick(["Plan", "Device"]) }
      tx.update("Product2", random.pick(products), fields)
    } else if (dice < 0.95) {
      const eligibility = random.pick(["Eligible", "Not Eligible", "Pending"])
      tx.update("Account", random.pick(accounts), { Internet_Eligibility__c: eligibility })
    } else if (dice < 0.97) {
      const name = `New account ${random.below(1e6)}`
      accounts.push(tx.create("Account", { Name: name, Internet_Eligibility__c: "Pending" }))
    } else if (dice < 0.98) {
      const parents = { Product2Id: random.pick(products), Pricebook2Id: random.pick(pricebooks) }
      entries.push(tx.create("PricebookEntry", { ...parents, UnitPrice: 9.5, IsActive: true }))
    } else if (dice < 0.99) tx.delete("PricebookEntry", takeOne(org, entries))
    else tx.delete("Account", takeOne(org, accounts))
  })
}

/** One transaction with one event: the eligibility of any account. */
export function changeAccount(org: Org, { accounts }: Seeded): void {
  const { random } = org
  const eligibility = `Level ${random.below(1e9)}`
  org.transaction((tx) =>
    tx.update("Account", random.pick(accounts), { Internet_Eligibility__c: eligibility }),
  )
}

/**
 * Changes the n-th of a row of records that are all different, of three objects in turn; each to a value that it never
 * had. Returns its id.
 */
export function changeNth(org: Org, { products, entries, accounts }: Seeded, n: number): string {
  const value = org.random.below(1e9)
  const place = Math.floor(n / 3)
  const turns: [object: string, ids: string[], fields: Record<string, unknown>][] = [
    ["Account", accounts, { Internet_Eligibility__c: `Level ${value}` }],
    ["Product2", products, { Name: `Renamed ${value}` }],
    ["PricebookEntry", entries, { UnitPrice: value / 100 }],
  ]
  const [object, ids, fields] = turns[n % 3] as (typeof turns)[number]
  const id = ids[place % ids.length] as string
  org.transaction((tx) => tx.update(object, id, fields))
  return id
}

/** Raises the price of the first entries, each in a transaction of its own. */
export function changeEntries(org: Org, { entries }: Seeded, count: number): void {
  for (const id of entries.slice(0, count)) {
    org.transaction((tx) => tx.update("PricebookEntry", id, { UnitPrice: org.random.below(1e9) / 100 }))
  }
}

function takeOne(org: Org, ids: string[]): string {
  const at = org.random.below(ids.length)
  const id = ids[at] as string
  ids[at] = ids.at(-1) as string
  ids.pop()
  return id
}
