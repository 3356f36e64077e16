import { event, product, productId, type SalesforceRecord, type TestEvent } from "./records.ts"
import type { Shadow } from "./shadow.ts"

/** SKU by product number; undefined for products that are not in the shadow. */
export async function skus(shadow: Shadow): Promise<Record<string, string>> {
  const rows = await shadow.all<{ product_id: string; sku: string }>(
    "select product_id, sku from sf_product_shadow",
  )
  return Object.fromEntries(rows.map(({ product_id, sku }) => [Number(product_id.slice(3, 15)), sku]))
}

/** Number and SQLSTATE of the products that are rejects. */
export async function rejected(shadow: Shadow): Promise<[number, string][]> {
  const rejects = await shadow.rejects("Product2")
  return rejects.map(({ record_id, sqlstate }) => [Number(record_id.slice(3, 15)), sqlstate])
}

/** Product number n with a SKU, last changed at `sm`. */
export function withSku(
  n: number,
  sm: number,
  sku: string,
  fields: Record<string, unknown> = {},
): SalesforceRecord {
  return product(n, sm, { ...fields, StockKeepingUnit: sku })
}

/** The event of product number n that takes a SKU, or loses it. */
export function changeSku(n: number, commit: number, sku: string | null): TestEvent {
  return event("Product2", "UPDATE", productId(n), commit, { StockKeepingUnit: sku })
}
