import { type Fault, issueFaults, parseFile, refuseFile, twiceFaults } from "../file/read.ts"
import { type ExportedMapping, herokuExportSchema, knownExportKeys } from "./export.ts"

/** An export of Heroku Connect that is right in itself. */
export interface ReadExport {
  /** As its user calls it. */
  name: string
  mappings: ExportedMapping[]
  /** The line of an object, in any case, or of something in it, by the path of a mapping file. */
  lineOf(object: string, ...path: string[]): number
}

/**
 * Reads an export of Heroku Connect.
 *
 * @param name for messages
 * @throws PlanError that lists all its faults
 */
export function readHerokuExport(name: string, text: string): ReadExport {
  const json = parseFile(name, text)
  const parsed = herokuExportSchema.safeParse(json.value)
  const faults: Fault[] = [
    ...twiceFaults(json),
    ...(parsed.error?.issues.flatMap((issue) => issueFaults(issue, json, knownExportKeys)) ?? []),
  ]
  const mappings = parsed.data?.mappings ?? []
  const keys = mappings.map(({ object_name }) => object_name.toLowerCase())
  for (const [at, { object_name }] of mappings.entries()) {
    if (keys.indexOf(keys[at] as string) === at) continue
    const message = `${object_name} is there a second time`
    faults.push({ line: json.lineOf(["mappings", at, "object_name"]), message })
  }
  if (faults.length > 0) refuseFile(name, faults)
  return {
    name,
    mappings,
    lineOf(object, ...path) {
      const at = keys.indexOf(object.toLowerCase())
      return json.lineOf(
        path.length === 0 ? ["mappings", at, "object_name"] : ["mappings", at, "config", ...path],
      )
    },
  }
}
