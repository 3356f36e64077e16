import { z } from "zod"
import type { Templates } from "./cache_keys.ts"

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
