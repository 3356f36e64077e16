import { hostileTexts } from "./hostile_texts.ts"
import type { Org } from "./org.ts"
import type { Random } from "./random.ts"

/** How large a catalogue to fill an org with. Every product has one entry in every price book. */
export interface SeedSize {
  products: number
  pricebooks: number
  accounts: number
}

/** The ids that were filled in, in the order of creation. */
export interface Seeded {
  products: string[]
  pricebooks: string[]
  entries: string[]
  accounts: string[]
}

const itemClasses = ["Plan", "Add-on", "Device", "Service"]
const offerings = ["Fiber", "Cable", "5G", "DSL", null]
const tiers = ["Bronze", "Silver", "Gold", null]
const regions = ["eu-west", "us-east", "ap-south", null]
const simTypes = ["eSIM", "nano", null]
const eligibility = ["Eligible", "Not Eligible", "Pending", "Unknown", null]
const sources = ["Address Check", "Manual Review", "Provider API", "Expired", null]
const cities = ["San José", "Köln", "O'Fallon", "東京", null]

/**
 * Fills an org with a catalogue that was always there (no events), the same one for the same seed. About one
 * text in four is hostile; SKUs are unique and prices fit NUMERIC(12,2), so that all of it can be stored.
 */
export function seedCatalogue(org: Org, size: SeedSize): Seeded {
  const { random } = org
  const products = org.load(
    "Product2",
    numbered(size.products, (number) => product(number, random)),
  )
  const pricebooks = org.load(
    "Pricebook2",
    numbered(size.pricebooks, (number) => ({
      Name: number === 0 ? "Standard Price Book" : `Price Book ${number}`,
      IsActive: true,
      IsStandard: number === 0,
    })),
  )
  const entries = org.load("PricebookEntry", entriesOf(products, pricebooks, random))
  const accounts = org.load(
    "Account",
    numbered(size.accounts, (number) => account(number, random)),
  )
  return { products, pricebooks, entries, accounts }
}

function* numbered<T>(count: number, make: (number: number) => T): Generator<T> {
  for (let number = 0; number < count; number++) yield make(number)
}

/** A text that is hostile one time in four. */
function hostileText(random: Random, plain: string): string {
  return random.chance(0.25) ? `${plain} ${random.pick(hostileTexts)}` : plain
}

function product(number: number, random: Random): Record<string, unknown> {
  const sku = `SKU-${String(number).padStart(7, "0")}`
  return {
    Name: hostileText(random, `Product ${number}`),
    ProductCode: random.chance(0.1) ? null : `P-${number}`,
    Description: random.chance(0.5) ? random.pick(hostileTexts) : null,
    IsActive: random.chance(0.9),
    Family: random.pick(["Internet", "VPN", "SIM", "Hardware"]),
    StockKeepingUnit: random.chance(0.02) ? `${sku} ${random.pick(hostileTexts)}` : sku,
    Item_Class__c: random.pick(itemClasses),
    Internet_Offering_Type__c: random.pick(offerings),
    Internet_Plan_Tier__c: random.pick(tiers),
    VPN_Region__c: random.pick(regions),
    SIM_Type__c: random.pick(simTypes),
    Features__c: random.pick(["IPv6;Static IP", "eSIM", null]),
    Available_From__c: random.chance(0.5)
      ? Date.UTC(2026, random.below(12), 1 + random.below(28), 22, 30)
      : null,
    Launch_Date__c: random.chance(0.5)
      ? `2026-${twoDigits(1 + random.below(12))}-${twoDigits(1 + random.below(28))}`
      : null,
    Bandwidth_Mbps__c: random.chance(0.7) ? random.below(10_000_000) / 1000 : null,
    Requires_Site_Survey__c: random.chance(0.2),
  }
}

function* entriesOf(
  products: readonly string[],
  pricebooks: readonly string[],
  random: Random,
): Generator<Record<string, unknown>> {
  for (const Product2Id of products) {
    for (const Pricebook2Id of pricebooks) {
      yield {
        Product2Id,
        Pricebook2Id,
        UnitPrice: random.below(100_000_00) / 100,
        IsActive: random.chance(0.9),
      }
    }
  }
}

function account(number: number, random: Random): Record<string, unknown> {
  const city = random.pick(cities)
  return {
    Name: hostileText(random, `Account ${number}`),
    Type: random.pick(["Prospect", "Customer", null]),
    BillingStreet: city === null ? null : hostileText(random, `${1 + random.below(900)} Main St`),
    BillingCity: city,
    BillingCountry: city === null ? null : "Somewhere",
    Phone: random.chance(0.5) ? `+1 555 ${String(random.below(10_000_000)).padStart(7, "0")}` : null,
    AnnualRevenue: random.chance(0.3) ? random.below(1_000_000_000) : null,
    NumberOfEmployees: random.chance(0.3) ? random.below(50_000) : null,
    Internet_Eligibility__c: random.pick(eligibility),
    Internet_Eligibility_Status__c: random.pick(sources),
  }
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0")
}
