/**
 * What a change of one object clears, as templates of Redis keys. Placeholders are the columns that the outbox knows of
 * the object: its key, its parent's key and the unique value (its own, or its parent's), before and after the change.
 * A template with a placeholder is one key for each value; one with a glob (`*`, `?`, `[`) is a pattern, cleared once
 * for a whole batch by SCAN; one with neither is one key.
 */
export interface ObjectTemplates {
  /** Cleared when some records of the object have changed. */
  changed: string[]
  /** Cleared when "everything of this object" may have changed. */
  everything: string[]
}

/** By Salesforce name of the object. */
export type Templates = Readonly<Record<string, ObjectTemplates>>

const product = "catalog:product:{product_id}"
const sku = "catalog:sku:{sku}"
/** Any list may hold a product that has changed, hence a pattern. */
const list = "catalog:list:*"
const eligibility = "eligibility:{account_id}"

/** The keys that the reader keeps its answers under. */
export const readerKeys = {
  product: (productId: string) => fillIn(product, "product_id", productId),
  sku: (value: string) => fillIn(sku, "sku", value),
  /** @param filter what makes one list another, as text */
  list: (filter: string) => list.replace("*", () => filter),
  eligibility: (accountId: string) => fillIn(eligibility, "account_id", accountId),
}

const catalog: ObjectTemplates = { changed: [product, sku, list], everything: ["catalog:*"] }

/** What clears the reader's keys: it is cleared in any case, and REDIS_TEMPLATES adds to it. */
export const readerTemplates: Templates = {
  Product2: catalog,
  PricebookEntry: catalog,
  Account: { changed: [eligibility], everything: ["eligibility:*"] },
}

/** Both, for each object; what is in both counts once. */
export function joinTemplates(some: Templates, others: Templates): Templates {
  const objects = new Set([...Object.keys(some), ...Object.keys(others)])
  const joined = (object: string, part: keyof ObjectTemplates) => [
    ...new Set([...(some[object]?.[part] ?? []), ...(others[object]?.[part] ?? [])]),
  ]
  return Object.fromEntries(
    [...objects].map((object) => [
      object,
      { changed: joined(object, "changed"), everything: joined(object, "everything") },
    ]),
  )
}

/** The key of one record. */
export function fillIn(template: string, name: string, value: string): string {
  return template.replaceAll(`{${name}}`, () => value)
}
