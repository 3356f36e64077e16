import { writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { MappingFile } from "../mapping/file/schema.ts"
import { CommandError } from "./invocation.ts"

/** Its name beside a mapping file, which names it. */
export const schemaName = "mapping.schema.json"

/** A mapping file's text. */
export function mappingText(mapping: MappingFile): string {
  return jsonText({ $schema: `./${schemaName}`, ...mapping })
}

/**
 * Writes a mapping file, and the schema that tells editors what it may say beside it.
 *
 * @returns where the schema is
 */
export async function writeMappingFile(file: string, mapping: MappingFile): Promise<string> {
  const { mappingJsonSchema } = await import("../mapping/file/schema.ts")
  const schemaFile = join(dirname(file), schemaName)
  await write(file, mappingText(mapping))
  await write(schemaFile, jsonText(mappingJsonSchema()))
  return schemaFile
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((cause: Error) => {
    throw new CommandError(`${file} cannot be written: ${cause.message}`, { cause })
  })
}
