import { z } from "zod"

const indexSchema = z.strictObject({ unique: z.boolean().optional() })

const configSchema = z.strictObject({
  access: z.enum(["read_only", "read_write"]),
  fields: z.record(z.string(), z.looseObject({})),
  indexes: z.record(z.string(), indexSchema).optional(),
  sf_polling_seconds: z.number().positive().optional(),
  sf_notify_enabled: z.boolean().optional(),
  sf_max_daily_api_calls: z.number().optional(),
  upsert_field: z.string().nullish(),
  revision: z.number().optional(),
  applied_at: z.string().nullish(),
})

const exportedMappingSchema = z.strictObject({ object_name: z.string().min(1), config: configSchema })

/** What `heroku connect:export` writes. Whose it was (connection) is for people. */
export const herokuExportSchema = z.strictObject({
  version: z.literal(1),
  mappings: z.array(exportedMappingSchema),
  connection: z.looseObject({}).optional(),
})

export type ExportedMapping = z.output<typeof exportedMappingSchema>

/** The keys at a path that ends with an unknown one. */
export function knownExportKeys(path: readonly PropertyKey[]): string[] {
  if (path.length === 0) return Object.keys(herokuExportSchema.shape)
  if (path.length === 2) return Object.keys(exportedMappingSchema.shape)
  return Object.keys(path.length === 3 ? configSchema.shape : indexSchema.shape)
}
