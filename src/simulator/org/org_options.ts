/** How the simulated org behaves. Every default is hostile: code that works with them works with Salesforce. */
export interface OrgOptions {
  /** Seed of all that is random (ids, delays, orders). Default 1. */
  seed?: number
  /** How long after its commit a change becomes visible to queries, ms, from and to. Default [1000, 3000]. */
  visibilityLagMs?: readonly [number, number]
  /** How long after its commit a change reaches the event bus, ms, from and to. Default [0, 1500]. */
  publishDelayMs?: readonly [number, number]
  /** How far Salesforce's clock is ahead of this machine's, ms; may be negative. Default 1500. */
  clockSkewMs?: number
  /** Organization id, 15 characters. Default "00DDp0000012345". */
  organizationId?: string
  /** Whether objects have CurrencyIsoCode. Default true. */
  multiCurrency?: boolean
  /** The org's own currency. Default "USD". */
  currency?: string
  /**
   * Whether a deleted product's entries have DELETE events; the documentation does not say that Salesforce
   * sends any. Default false.
   */
  cascadeEvents?: boolean
  /** More text fields of an object, custom ones, by the object's name. Default none. */
  textFields?: Readonly<Record<string, readonly string[]>>
}

/** How one transaction differs from an ordinary one by the default user. */
export interface TransactionOptions {
  /** The user who commits, an 18-character id. Default the org's administrator. */
  userId?: string
  /** Default "com/salesforce/api/rest/66.0". */
  changeOrigin?: string
  /**
   * When the transaction began, epoch ms of the org's clock: its records carry that second as SystemModstamp
   * although they are committed now. Default now.
   */
  startedAt?: number
  /** A change by Salesforce itself, such as geocoding: LastModified stays, changeOrigin is "". Default false. */
  automatic?: boolean
}
