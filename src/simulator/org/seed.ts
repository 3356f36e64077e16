import { hostileTexts } from "./hostile_texts.ts"
import type { Org } from "./org.ts"
import { Random } from "./random.ts"

/** How large a catalogue to fill an org with. Every product has one entry in every price book. */
export interface SeedSize {
  products: number
  pricebooks: number
  accounts: number
  /** Contacts and service sites, shared out among the accounts. Default none. */
  contacts?: number
  sites?: number
}

/** The ids that were filled in, in the order of creation. */
export interface Seeded {
  products: string[]
  pricebooks: string[]
  entries: string[]
  accounts: string[]
  contacts: string[]
  sites: string[]
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
  // With chances of their own: what is random of the others stays the same.
  const own = new Random(size.contacts ?? 0)
  const contacts = org.load(
    "Contact",
    numbered(size.contacts ?? 0, (number) => contact(number, own, accounts)),
  )
  const sites = org.load(
    "Service_Site__c",
    numbered(size.sites ?? 0, (number) => site(number, own, accounts)),
  )
  return { products, pricebooks, entries, accounts, contacts, sites }
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

function contact(number: number, random: Random, accounts: readonly string[]): Record<string, unknown> {
  return {
    AccountId: random.chance(0.9) ? random.pick(accounts) : null,
    FirstName: random.pick(["Ada", "Grace", "Zoë", "健", null]),
    LastName: hostileText(random, `Person ${number}`),
    MailingCity: random.pick(cities),
    MailingLatitude: random.chance(0.3) ? random.below(90_000) / 1000 : null,
    Email: random.chance(0.8) ? `person${number}@example.com` : null,
    Birthdate: random.chance(0.5) ? `19${60 + random.below(40)}-0${1 + random.below(9)}-11` : null,
    HasOptedOutOfEmail: random.chance(0.2),
    Languages__c: random.pick(["English", "English;German", null]),
    Order__c: random.pick(["first", "last", null]),
  }
}

function site(number: number, random: Random, accounts: readonly string[]): Record<string, unknown> {
  return {
    Name: `Site ${number}`,
    Account__c: random.pick(accounts),
    Bandwidth_Mbps__c: random.below(100_000) / 100,
    Monthly_Fee__c: random.below(10_000) / 100,
    Installed_On__c: `2026-${twoDigits(1 + random.below(12))}-${twoDigits(1 + random.below(28))}`,
    Is_Live__c: random.chance(0.7),
    Status__c: random.pick(["Planned", "Live", "Closed"]),
  }
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0")
}
