import type { Org } from "../simulator/org/org.ts"

/** One change that the demo made in the org. */
export interface OrgChange {
  object: string
  recordId: string
  kind: "created" | "updated" | "deleted"
  /** For people: what changed, from what to what. */
  text: string
  /** The field of an update and its value afterwards. */
  value?: { field: string; now: string | number }
}

export interface Trickle {
  stop(): void
}

const families = ["Internet", "VPN", "SIM", "Hardware"]
const titles = ["Engineer", "Buyer", "Director", "Assistant"]
const tiers = ["Bronze", "Silver", "Gold"]
const eligibilities = ["Eligible", "Not Eligible", "Pending"]

/**
 * Changes the simulated org like its users would, about two transactions a second: prices, products and
 * accounts are updated, now and then a product with its price appears, or one of those leaves again. Contacts and service
 * sites change too; nobody is told of them, for the shadow has them only where somebody has added them.
 */
export function startTrickle(org: Org, onChange: (change: OrgChange) => void): Trickle {
  const ids = {
    Product2: idsOf(org, "Product2"),
    PricebookEntry: idsOf(org, "PricebookEntry"),
    Account: idsOf(org, "Account"),
    Contact: idsOf(org, "Contact"),
    Service_Site__c: idsOf(org, "Service_Site__c"),
  }
  const pricebookId = idsOf(org, "Pricebook2")[0]
  const created: string[] = []
  // Numbered by the clock, so that a SKU of an earlier run of the demo does not come back.
  let number = Math.floor(org.now() / 1000)

  function change(): OrgChange {
    const dice = Math.random()
    if (dice < 0.45 && ids.PricebookEntry.length > 0) return changePrice(org, pick(ids.PricebookEntry))
    if (dice < 0.65 && ids.Account.length > 0) return changeAccount(org, pick(ids.Account))
    if (dice < 0.8 && ids.Product2.length > 0) return changeProduct(org, pick(ids.Product2))
    if (dice < 0.92 || created.length === 0) {
      number += 1
      const made = createProduct(org, number, pricebookId)
      created.push(made.recordId)
      return made
    }
    return deleteProduct(org, created.shift() as string)
  }

  let timer: NodeJS.Timeout
  const next = () => {
    timer = setTimeout(
      () => {
        onChange(change())
        changeAside(org, pick(ids.Contact), pick(ids.Service_Site__c))
        next()
      },
      200 + Math.random() * 600,
    )
  }
  next()
  return { stop: () => clearTimeout(timer) }
}

function changePrice(org: Org, recordId: string): OrgChange {
  return update(org, "PricebookEntry", recordId, "UnitPrice", Math.round(Math.random() * 20_000) / 100)
}

function changeAccount(org: Org, recordId: string): OrgChange {
  const field = "Internet_Eligibility__c"
  const before = org.read("Account", recordId)?.[field]
  return update(org, "Account", recordId, field, pick(eligibilities.filter((one) => one !== before)))
}

function changeProduct(org: Org, recordId: string): OrgChange {
  const field = "Internet_Plan_Tier__c"
  const before = org.read("Product2", recordId)?.[field]
  return update(org, "Product2", recordId, field, pick(tiers.filter((tier) => tier !== before)))
}

function update(org: Org, object: string, recordId: string, field: string, now: string | number): OrgChange {
  const before = org.read(object, recordId)?.[field] ?? "(empty)"
  org.transaction((tx) => tx.update(object, recordId, { [field]: now }))
  return { object, recordId, kind: "updated", text: `${field} ${before} -> ${now}`, value: { field, now } }
}

/** A product and its price in one transaction: the price refers to a product that is just as new. */
function createProduct(org: Org, number: number, pricebookId: string | undefined): OrgChange {
  const sku = `DEMO-${number}`
  const family = pick(families)
  const recordId = org.transaction((tx) => {
    const productId = tx.create("Product2", {
      Name: `${family} ${number}`,
      StockKeepingUnit: sku,
      Family: family,
      Item_Class__c: "Plan",
      IsActive: true,
    })
    if (pricebookId !== undefined) {
      tx.create("PricebookEntry", {
        Product2Id: productId,
        Pricebook2Id: pricebookId,
        UnitPrice: 19.9,
        IsActive: true,
      })
    }
    return productId
  })
  return {
    object: "Product2",
    recordId,
    kind: "created",
    text: `${sku} "${family} ${number}", with its price`,
  }
}

function deleteProduct(org: Org, recordId: string): OrgChange {
  const sku = org.read("Product2", recordId)?.StockKeepingUnit
  org.transaction((tx) => tx.delete("Product2", recordId))
  return { object: "Product2", recordId, kind: "deleted", text: `${sku}, with its prices` }
}

function changeAside(org: Org, contactId: string | undefined, siteId: string | undefined): void {
  org.transaction((tx) => {
    if (contactId !== undefined) tx.update("Contact", contactId, { Title: pick(titles) })
    if (siteId !== undefined) {
      tx.update("Service_Site__c", siteId, { Bandwidth_Mbps__c: Math.round(Math.random() * 100_000) / 100 })
    }
  })
}

function idsOf(org: Org, object: string): string[] {
  return Array.from(org.rows(object), (record) => record.Id as string)
}

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T
}
