/** A product with its active prices, as the shadow holds them (`sf_product_shadow`, `sf_pricebook_shadow`). */
export interface Product {
  productId: string
  sku: string
  name: string
  itemClass: string | null
  offeringType: string | null
  planTier: string | null
  vpnRegion: string | null
  /** Product2.IsActive. Lists hold active products only; a single product is given either way. */
  isActive: boolean
  /** Active entries only, in order of their ids. */
  prices: Price[]
  /** Salesforce's time of the version, for people. */
  updatedAt: Date
  /** All plain fields of the record, by Salesforce's names. */
  rawPayload: Record<string, unknown>
}

/** An active price book entry. */
export interface Price {
  pricebookEntryId: string
  productId: string
  pricebookId: string
  /** ISO 4217. */
  currency: string
  /** Decimal text, digit for digit: "49.90". */
  unitPrice: string
  updatedAt: Date
  rawPayload: Record<string, unknown>
}

/** What an account may order (`sf_account_eligibility_shadow`). */
export interface Eligibility {
  accountId: string
  internetEligibility: string | null
  eligibilitySource: string | null
  updatedAt: Date
  /** The mapped fields, by Salesforce's names. */
  rawPayload: Record<string, unknown>
}

/** A shadow row as JSON: columns by name, numbers as text, times in ISO 8601. What is cached and compared. */
export interface Row {
  updated_at: string
  raw_payload: Record<string, unknown>
  [column: string]: unknown
}

/**
 * A record of any mirrored object, as `sf_shadow_record` has it: the mapped columns by their names, `updated_at` and `raw_payload`.
 * Numbers are decimal texts, digit for digit, and dates and times are texts in ISO 8601; within `raw_payload` they are as in JSON.
 */
export interface ShadowRecord {
  /** Salesforce's time of the version, for people. */
  updated_at: string
  /** What the mapping keeps of the record, by Salesforce's names. */
  raw_payload: Record<string, unknown>
  [column: string]: unknown
}

/** A product's row with the rows of its active prices. */
export interface ProductRow extends Row {
  prices: Row[]
}

/** A product as callers get it. */
export function productOf(row: ProductRow): Product {
  return {
    productId: text(row.product_id),
    sku: text(row.sku),
    name: text(row.name),
    itemClass: optional(row.item_class),
    offeringType: optional(row.offering_type),
    planTier: optional(row.plan_tier),
    vpnRegion: optional(row.vpn_region),
    isActive: isActive(row),
    prices: row.prices.map(priceOf),
    updatedAt: new Date(row.updated_at),
    rawPayload: row.raw_payload,
  }
}

/** An account's eligibility as callers get it. */
export function eligibilityOf(row: Row): Eligibility {
  return {
    accountId: text(row.account_id),
    internetEligibility: optional(row.internet_eligibility),
    eligibilitySource: optional(row.eligibility_source),
    updatedAt: new Date(row.updated_at),
    rawPayload: row.raw_payload,
  }
}

/** Product2.IsActive, which has no column of its own. */
export function isActive(product: Row): boolean {
  return product.raw_payload.IsActive === true
}

/** A price as callers get it. */
export function priceOf(row: Row): Price {
  return {
    pricebookEntryId: text(row.pricebook_entry_id),
    productId: text(row.product_id),
    pricebookId: text(row.pricebook_id),
    currency: text(row.currency_iso_code),
    unitPrice: text(row.unit_price),
    updatedAt: new Date(row.updated_at),
    rawPayload: row.raw_payload,
  }
}

function text(value: unknown): string {
  return String(value)
}

function optional(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}
