import { z } from "zod"

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

const catalog: ObjectTemplates = {
  // Any list may hold the product, hence the pattern.
  changed: ["catalog:product:{product_id}", "catalog:sku:{sku}", "catalog:list:*"],
  everything: ["catalog:*"],
}

/** Without REDIS_TEMPLATES; its objects take the place of these, one by one. */
export const defaultTemplates: Templates = {
  Product2: catalog,
  PricebookEntry: catalog,
  Account: { changed: ["eligibility:{account_id}"], everything: ["eligibility:*"] },
}

const placeholder = /\{(\w+)\}/g
const glob = /[*?[]/

const template = z
  .string()
  .min(1, { error: "a template must not be empty" })
  .refine((text) => !/^[*?]+$/.test(text), { error: "a template must not match every key in Redis" })
  .refine((text) => !(glob.test(text) && placeholders(text).length > 0), {
    error:
      "a template is a pattern or has placeholders, not both: one pattern pass per batch, not per record",
  })

const templatesSchema = z.record(
  z.string(),
  z.strictObject({
    changed: z.array(template),
    everything: z.array(
      template.refine((text) => placeholders(text).length === 0, {
        error: "a template of everything has no placeholder: there are no records to take values from",
      }),
    ),
  }),
)

/**
 * Reads REDIS_TEMPLATES.
 *
 * @throws Error that says what is wrong, and where
 */
export function readTemplates(json: string): Templates {
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    throw new Error(
      'must be JSON such as {"Account":{"changed":["acct:{account_id}"],"everything":["acct:*"]}}',
    )
  }
  const result = templatesSchema.safeParse(parsed)
  if (result.success) return result.data
  throw new Error(
    result.error.issues.map(({ path, message }) => `${path.join(".") || "the value"}: ${message}`).join("; "),
  )
}

/** Names of the placeholders in a template, as often as they occur. */
export function placeholders(text: string): string[] {
  return [...text.matchAll(placeholder)].map(([, name]) => name as string)
}

/** Whether a template is a pattern for SCAN. */
export function isPattern(text: string): boolean {
  return glob.test(text)
}

/** The key of one record. */
export function fillIn(text: string, name: string, value: string): string {
  return text.replaceAll(`{${name}}`, () => value)
}
