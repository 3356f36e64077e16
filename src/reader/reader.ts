import type { Cluster, Redis } from "ioredis"
import type { Pool } from "pg"
import { pino } from "pino"
import type { Registry } from "prom-client"
import type { Log } from "../base/log.ts"
import { proxyFromEnvironment } from "../base/proxy.ts"
import type { SalesforceConfig } from "../base/salesforce_config.ts"
import { createSession, type Session } from "../salesforce/session.ts"
import { ReaderBudget } from "./budget.ts"
import { ReaderCache } from "./cache.ts"
import { CircuitBreaker } from "./circuit_breaker.ts"
import { eligibilityQuestion } from "./eligibility_question.ts"
import { Gate } from "./gate.ts"
import { readerMetrics } from "./metrics.ts"
import { isSwitchedOff, modeFromEnvironment, type ReaderMode } from "./mode.ts"
import { type ProductFilter, priceRow, productQuestion, type Sources } from "./product_question.ts"
import { type Answer, type ReadSource, Reads } from "./reads.ts"
import { currencyCode, keyText, MalformedKeyError, objectName, recordId } from "./record_id.ts"
import { recordQuestion } from "./record_question.ts"
import { Refresher } from "./refresher.ts"
import { SalesforceTime } from "./salesforce_time.ts"
import { Mappings } from "./shadow_rows.ts"
import {
  type Eligibility,
  eligibilityOf,
  type Price,
  type Product,
  priceOf,
  productOf,
  type ShadowRecord,
} from "./values.ts"

/**
 * How to reach Salesforce for what the shadow cannot answer: as the service's SF_* variables. Without `proxy` the
 * environment's HTTPS_PROXY and NO_PROXY count.
 */
export type ReaderSalesforce = Pick<
  SalesforceConfig,
  "loginUrl" | "auth" | "clientId" | "clientSecret" | "username" | "privateKey" | "audience" | "ca" | "proxy"
> & {
  /** Default "66.0". */
  apiVersion?: string
  /** How long a read waits for Salesforce, ms. Default 2,000. */
  timeoutMs?: number
}

/** How to make a reader. */
export interface ReaderOptions {
  /** The shadow's database, as a role that is granted `sf_shadow_reader`. Without it nothing can be read. */
  pool: Pool
  /** Without it stale rows are served as stale. */
  salesforce?: ReaderSalesforce
  /** ioredis, stand-alone or Cluster, with the keyspace that `invalidations_to_redis` clears. Never needed. */
  redis?: Redis | Cluster
  /** Age from which a row is stale, ms. Default 900,000 (15 minutes). */
  staleAfter?: number
  /** Default: what ENABLE_SF_SHADOW_READS says, or else `shadow`. With SF_SHADOW_ENABLED=false `live` in any case. */
  mode?: ReaderMode
  /** Where the counters go. Default: prom-client's default registry. */
  register?: Registry
  /** pino's interface. Default: nothing is logged. */
  log?: Log
}

/** An answer with its age. */
export interface ReadResult<T> {
  /** Null: there is none. With `stale: true` that is not certain. */
  value: T | null
  source: ReadSource
  /** Every change that Salesforce published and committed before it is in the value; null: nothing is known. */
  freshAsOf: Date | null
  /** Age of the value, ms: now less freshAsOf. */
  ageMs: number | null
  /** True where it is older than `staleAfter` and Salesforce could not be asked. */
  stale: boolean
  /** Why it is stale, or, of a record, which of its fields stand still, in words; in mode live also why Salesforce did not answer. */
  reason: string | null
}

/**
 * A page of the catalogue. Its `freshAsOf` is that of its oldest row; products and prices that are in doubt or cannot be
 * stored (`dirty`, `rejected` in sf_shadow_lag) may be missing from it.
 */
export interface CatalogFilter {
  itemClass?: string
  /** Prices of this price book, and in this currency, only; products without one have none. */
  pricebookId?: string
  currency?: string
  /** The last product id of the page before. */
  after?: string
  /** Products at most: 1 to 100, the default. */
  limit?: number
}

/**
 * Reads the shadow. Malformed ids and keys are MalformedKeyErrors before any call; a database that fails is an error
 * of `pg`; whatever Salesforce or Redis does is not an error.
 */
export interface Reader {
  readonly mode: ReaderMode
  /** A product, active or not, with its active prices. @param productId 15 or 18 characters */
  product(productId: string): Promise<ReadResult<Product>>
  productBySku(sku: string): Promise<ReadResult<Product>>
  /** Active products with their active prices, in order of their ids. */
  catalog(filter?: CatalogFilter): Promise<ReadResult<Product[]>>
  /** The active price of an active product. @param of currency: ISO 4217 */
  price(of: { sku: string; pricebookId: string; currency: string }): Promise<ReadResult<Price>>
  eligibility(accountId: string): Promise<ReadResult<Eligibility>>
  /**
   * A record of any mirrored object. @param id 15 or 18 characters
   * @throws NotMirroredError for an object that is not mirrored
   */
  record(object: string, id: string): Promise<ReadResult<ShadowRecord>>
  /** Resolves when the refreshes and comparisons that reads have left behind are done. */
  idle(): Promise<void>
  /** The same, and closes the connections to Salesforce; pool and redis are their owner's. */
  close(): Promise<void>
}

/** Where the options say nothing; `staleAfterMs` as `stale_after` of sf_shadow.setting, which a cache hit does not ask for. */
export const defaults = { staleAfterMs: 900_000, timeoutMs: 2_000, apiVersion: "66.0" } as const
/** Five failures in a row leave Salesforce alone for half a minute; eight questions at once, so 12 calls fail at most. */
const breakerOptions = { failures: 5, openMs: 30_000 }
const concurrency = 8
const limitPauseMs = breakerOptions.openMs
const productsPerPage = 100

/** Makes a reader; nothing is connected before the first read. @throws RangeError for a wrong option */
export function createReader(options: ReaderOptions): Reader {
  const { pool, redis, salesforce, staleAfter = defaults.staleAfterMs } = options
  if (!(staleAfter > 0)) throw new RangeError(`staleAfter must be milliseconds above 0, not ${staleAfter}`)
  const mode = isSwitchedOff() ? "live" : (options.mode ?? modeFromEnvironment())
  const log = options.log ?? pino({ level: "silent" })
  const metrics = readerMetrics(options.register)
  const access = salesforce ? openSalesforce(pool, salesforce, log) : null
  const sources: Sources = { pool, session: access?.session ?? null, mappings: new Mappings(pool) }
  const reads = new Reads({
    mode,
    staleAfterMs: staleAfter,
    cache: redis ? new ReaderCache(redis, metrics) : null,
    gate: access?.gate ?? null,
    refresher: new Refresher(pool, metrics, log),
    time: new SalesforceTime(pool, access?.session.clock ?? null),
    metrics,
    log,
  })
  const products = (filter: ProductFilter) => reads.read(productQuestion(sources, filter))
  return {
    mode,
    async product(productId) {
      const answer = await products({ by: "id", id: recordId(productId, "Product2") })
      return resultOf(answer, ([row]) => (row ? productOf(row) : null))
    },
    async productBySku(sku) {
      const answer = await products({ by: "sku", sku: keyText(sku, "SKU") })
      return resultOf(answer, ([row]) => (row ? productOf(row) : null))
    },
    async catalog(filter = {}) {
      return resultOf(await products(listOf(filter)), (rows) => rows.map(productOf))
    },
    async price({ sku, pricebookId, currency }) {
      const [book, code] = [recordId(pricebookId, "Pricebook2"), currencyCode(currency)]
      const answer = await products({ by: "sku", sku: keyText(sku, "SKU") })
      return resultOf(answer, ([row]) => {
        const price = row ? priceRow(row, book, code) : null
        return price ? priceOf(price) : null
      })
    },
    async eligibility(accountId) {
      const answer = await reads.read(eligibilityQuestion(sources, recordId(accountId, "Account")))
      return resultOf(answer, ([row]) => (row ? eligibilityOf(row) : null))
    },
    async record(object, id) {
      const of = objectName(object)
      return resultOf(await reads.read(recordQuestion(sources, of, recordId(id, of))), ([row]) => row ?? null)
    },
    idle: () => reads.idle(),
    async close() {
      await reads.idle()
      await access?.session.close()
    },
  }
}

function openSalesforce(
  pool: Pool,
  { timeoutMs = defaults.timeoutMs, apiVersion = defaults.apiVersion, ...login }: ReaderSalesforce,
  log: Log,
): { session: Session; gate: Gate } {
  const budget = new ReaderBudget(pool)
  const config = {
    proxy: proxyFromEnvironment(),
    ...login,
    apiVersion,
    httpIdleMs: timeoutMs,
    // A reader neither subscribes nor loads.
    pubsubEndpoint: "",
    bulkPollMs: 0,
  }
  const session = createSession(config, { onLimit: (usage) => budget.observe(usage) })
  const breaker = new CircuitBreaker({
    ...breakerOptions,
    onChange: (state, openMs) =>
      state === "open"
        ? log.warn(
            { event: "read_fallback_open", open_ms: openMs },
            "Salesforce fails: it is left alone, reads are served from the shadow",
          )
        : log.info({ event: "read_fallback_closed" }, "Salesforce answers again"),
  })
  const gate = new Gate({
    breaker,
    assertBudget: () => budget.assert(),
    timeoutMs,
    concurrency,
    limitPauseMs,
  })
  return { session, gate }
}

function listOf({
  itemClass,
  pricebookId,
  currency,
  after,
  limit = productsPerPage,
}: CatalogFilter): ProductFilter {
  if (!Number.isInteger(limit) || limit < 1 || limit > productsPerPage) {
    throw new MalformedKeyError(`limit must be a whole number from 1 to ${productsPerPage}, not ${limit}`)
  }
  return {
    by: "list",
    itemClass: itemClass === undefined ? null : keyText(itemClass, "item class"),
    pricebookId: pricebookId === undefined ? null : recordId(pricebookId, "Pricebook2"),
    currency: currency === undefined ? null : currencyCode(currency),
    after: after === undefined ? null : recordId(after, "Product2"),
    limit,
  }
}

function resultOf<R, T>({ rows, ...rest }: Answer<R>, value: (rows: R[]) => T | null): ReadResult<T> {
  return { value: value(rows), ...rest }
}
