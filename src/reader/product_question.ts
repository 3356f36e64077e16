import type { Pool } from "pg"
import { readerKeys } from "../base/cache_keys.ts"
import { soqlText } from "../salesforce/query.ts"
import { queryRecords } from "../salesforce/records.ts"
import type { Session } from "../salesforce/session.ts"
import type { Answered, Held, Question, Raw } from "./question.ts"
import {
  ageOf,
  comparableRow,
  type Freshness,
  type Mappings,
  nowMsSql,
  recordsToRows,
  withoutSync,
} from "./shadow_rows.ts"
import { isActive, type ProductRow, type Row } from "./values.ts"

/** What a question is answered from. */
export interface Sources {
  pool: Pool
  /** Null: Salesforce is not to be asked. */
  session: Session | null
  mappings: Mappings
}

/** Which products: one by id or SKU, or a page of the active ones. */
export type ProductFilter =
  | { by: "id"; id: string }
  | { by: "sku"; sku: string }
  | {
      by: "list"
      itemClass: string | null
      pricebookId: string | null
      currency: string | null
      after: string | null
      limit: number
    }

type SyncedRow = Row & { synced_at: string }

interface ShadowAnswer {
  now_ms: string
  products: SyncedRow[]
  prices: SyncedRow[]
  product_freshness: Freshness
  price_freshness: Freshness
}

/** The question for products with their active prices; keys as `invalidations_to_redis` clears them. */
export function productQuestion(sources: Sources, filter: ProductFilter): Question<ProductRow> {
  return {
    object: "Product2",
    ...named(filter),
    isCached: true,
    isList: filter.by === "list",
    fromShadow: (staleAfterMs) => fromShadow(sources, filter, staleAfterMs),
    prepare: () => prepare(sources, filter),
    toRows: (raw) => toRows(sources, filter, raw),
    async comparable(rows) {
      const [product, price] = await mappingsOf(sources)
      return rows.map(({ prices, ...row }) => [
        comparableRow(row as Row, product.not_compared),
        prices.map((entry) => comparableRow(entry, price.not_compared)),
      ])
    },
  }
}

function named(filter: ProductFilter): { key: string; what: string } {
  if (filter.by === "id") return { key: readerKeys.product(filter.id), what: `product ${filter.id}` }
  if (filter.by === "sku") return { key: readerKeys.sku(filter.sku), what: `product with SKU ${filter.sku}` }
  const { by: _by, ...rest } = filter
  return { key: readerKeys.list(JSON.stringify(Object.values(rest))), what: "list of products" }
}

const productConditions = {
  id: "p.product_id = $1",
  sku: "p.sku = $1",
  list: "p.raw_payload -> 'IsActive' = 'true' and ($1::text is null or p.item_class = $1)",
} as const

/**
 * Whose doubts bear on an answer beside those of its rows. A product that is looked for by a SKU which no row has may be any
 * one in doubt; a product's prices may lack one that is listed. A list is right except for what is listed (CatalogFilter).
 */
const doubted = {
  id: { products: "array[$1]", prices: true },
  sku: {
    products: "case when exists (select from product) then array(select p.product_id from product p) end",
    prices: true,
  },
  list: { products: "array(select p.product_id from product p)", prices: false },
} as const

/** Rejects that claim the SKU, where no row has it: what the product is, is known, and not in the shadow. */
const claimants = {
  id: "",
  sku: `|| array(select r.record_id from public.sf_shadow_reject r
      where r.object = 'Product2' and r.claimed_value = $1 and not exists (select from product))`,
  list: "",
} as const

/** One statement, so that rows and what is claimed of them are of one moment. Price filter: $4, $5. */
const shadowQuery = (by: ProductFilter["by"]) => `
  with product as materialized (
    select p.* from public.sf_product_shadow p
    where ${productConditions[by]} and ($2::text is null or p.product_id collate "C" > $2)
    order by p.product_id collate "C" limit $3
  ), price as materialized (
    select e.* from public.sf_pricebook_shadow e
    join product p on p.product_id = e.product_id
    where e.is_active and ($4::text is null or e.pricebook_id = $4) and ($5::text is null or e.currency_iso_code = $5)
  )
  select ${nowMsSql} as now_ms,
    (select coalesce(jsonb_agg(jsonb_build_object('product_id', p.product_id, 'sku', p.sku, 'name', p.name,
        'item_class', p.item_class, 'offering_type', p.offering_type, 'plan_tier', p.plan_tier, 'vpn_region', p.vpn_region,
        'updated_at', p.updated_at, 'raw_payload', p.raw_payload, 'synced_at', p.synced_at)
      order by p.product_id collate "C"), '[]') from product p) as products,
    (select coalesce(jsonb_agg(jsonb_build_object('pricebook_entry_id', e.pricebook_entry_id, 'product_id', e.product_id,
        'pricebook_id', e.pricebook_id, 'unit_price', e.unit_price::text, 'currency_iso_code', e.currency_iso_code,
        'is_active', e.is_active, 'updated_at', e.updated_at, 'raw_payload', e.raw_payload, 'synced_at', e.synced_at)
      order by e.pricebook_entry_id collate "C"), '[]') from price e) as prices,
    (select to_jsonb(f) || jsonb_build_object('listed', f.listed ${claimants[by]})
      from public.sf_shadow_freshness('Product2', ${doubted[by].products}) f) as product_freshness,
    (select to_jsonb(f) from public.sf_shadow_freshness('PricebookEntry', array(select e.pricebook_entry_id from price e)
      ${doubted[by].prices ? "|| public.sf_shadow_listed_prices(array(select p.product_id from product p))" : ""}) f) as price_freshness`

async function fromShadow(
  { pool }: Sources,
  filter: ProductFilter,
  staleAfterMs: number,
): Promise<Held<ProductRow>> {
  const parameters =
    filter.by === "list"
      ? [filter.itemClass, filter.after, filter.limit, filter.pricebookId, filter.currency]
      : [filter.by === "id" ? filter.id : filter.sku, null, 1, null, null]
  const { rows } = await pool.query<ShadowAnswer>(shadowQuery(filter.by), parameters)
  const { now_ms, products, prices, product_freshness, price_freshness } = rows[0] as ShadowAnswer
  const age = ageOf(
    [
      {
        object: "Product2",
        keyColumn: "product_id",
        rows: products,
        freshness: product_freshness,
        isSet: filter.by === "list" || products.length === 0,
      },
      {
        object: "PricebookEntry",
        keyColumn: "pricebook_entry_id",
        rows: prices,
        freshness: price_freshness,
        isSet: true,
      },
    ],
    Number(now_ms),
    staleAfterMs,
  )
  return { ...age, rows: withPrices(products.map(withoutSync), prices.map(withoutSync)) }
}

function mappingsOf({ mappings }: Sources) {
  return Promise.all([mappings.of("Product2"), mappings.of("PricebookEntry")])
}

async function prepare(
  sources: Sources,
  filter: ProductFilter,
): Promise<(signal: AbortSignal) => Promise<Raw>> {
  const [product, price] = await mappingsOf(sources)
  const session = sources.session as Session
  const field = (column: string) => product.columns[column] as string
  const parent = price.columns.product_id as string
  const query = (object: string, { fields }: { fields: string[] }, where: string, signal: AbortSignal) =>
    queryRecords(session, { object, fields, where, signal, repeatable: false })
  const active = `${price.columns.is_active} = true`
  if (filter.by !== "list") {
    const [own, ofParent, value] =
      filter.by === "id"
        ? ["Id", parent, filter.id]
        : [field("sku"), `${relationshipOf(parent)}.${field("sku")}`, filter.sku]
    return async (signal) => {
      const [products, prices] = await Promise.all([
        query("Product2", product, `${own} = ${soqlText(value)}`, signal),
        query("PricebookEntry", price, `${ofParent} = ${soqlText(value)} AND ${active}`, signal),
      ])
      return rawOf(products, prices)
    }
  }
  const conditions = ["IsActive = true"]
  if (filter.itemClass !== null) conditions.push(`${field("item_class")} = ${soqlText(filter.itemClass)}`)
  if (filter.after !== null) conditions.push(`Id > ${soqlText(filter.after)}`)
  const where = `${conditions.join(" AND ")} ORDER BY Id LIMIT ${filter.limit}`
  return async (signal) => {
    const products = await query("Product2", product, where, signal)
    const ids = products.records.map((record) => soqlText((JSON.parse(record) as { Id: string }).Id))
    if (ids.length === 0) return rawOf(products, products)
    const inBook =
      filter.pricebookId === null
        ? ""
        : ` AND ${price.columns.pricebook_id} = ${soqlText(filter.pricebookId)}`
    const wherePrice = `${parent} IN (${ids.join(",")}) AND ${active}${inBook}`
    return rawOf(products, await query("PricebookEntry", price, wherePrice, signal))
  }
}

/** The name by which SOQL goes from a reference to its parent: `Product2Id` to `Product2`, `Plan__c` to `Plan__r`. */
function relationshipOf(reference: string): string {
  return reference.endsWith("__c") ? `${reference.slice(0, -1)}r` : reference.replace(/Id$/, "")
}

function rawOf(
  products: { records: string[]; readFrom: Date },
  prices: { records: string[]; readFrom: Date },
): Raw {
  return {
    records: { Product2: products.records, PricebookEntry: prices === products ? [] : prices.records },
    readFrom: new Date(Math.min(products.readFrom.getTime(), prices.readFrom.getTime())),
  }
}

async function toRows(sources: Sources, filter: ProductFilter, raw: Raw): Promise<Answered<ProductRow>> {
  const [{ margin_ms }] = await mappingsOf(sources)
  const [found, entries] = await Promise.all([
    recordsToRows(sources, "Product2", raw.records.Product2 ?? []),
    recordsToRows(sources, "PricebookEntry", raw.records.PricebookEntry ?? []),
  ])
  // SOQL compares texts without regard to case.
  const products = found.filter(
    (row) =>
      (filter.by !== "sku" || row.sku === filter.sku) &&
      (filter.by !== "list" || filter.itemClass === null || row.item_class === filter.itemClass),
  )
  if (filter.by === "sku" && products.length > 1) {
    throw new Error(
      `Salesforce has ${products.length} products with SKU ${filter.sku}: only the shadow can say which one counts`,
    )
  }
  const prices = entries
    .filter(
      (row) => filter.by !== "list" || filter.currency === null || row.currency_iso_code === filter.currency,
    )
    .sort(byKey("pricebook_entry_id"))
  const rows = withPrices(products.sort(byKey("product_id")), prices)
  return {
    rows,
    freshAsOf: raw.readFrom.getTime() - margin_ms,
    ids: {
      Product2: rows.map((row) => String(row.product_id)),
      PricebookEntry: rows.flatMap((row) => row.prices.map((price) => String(price.pricebook_entry_id))),
    },
  }
}

function withPrices(products: Row[], prices: Row[]): ProductRow[] {
  const byProduct = Map.groupBy(prices, (price) => price.product_id)
  return products.map((product) => ({ ...product, prices: byProduct.get(product.product_id) ?? [] }))
}

function byKey(column: string) {
  return (a: Row, b: Row) => (String(a[column]) < String(b[column]) ? -1 : 1)
}

/** Whether a product may be sold, and its price in a book and currency. */
export function priceRow(row: ProductRow, pricebookId: string, currency: string): Row | null {
  if (!isActive(row)) return null
  return (
    row.prices.find((price) => price.pricebook_id === pricebookId && price.currency_iso_code === currency) ??
    null
  )
}
