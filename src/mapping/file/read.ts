import type { z } from "zod"
import { nearName } from "../../base/near_name.ts"
import { PlanError } from "../plan.ts"
import { JsonSyntaxError, type PositionedJson, parsePositioned } from "./positioned_json.ts"
import { type MappingFile, mappingSchema, type ObjectMapping } from "./schema.ts"

/** Why a mapping file cannot be applied, and where it says so; what it does not name has no line. */
export interface Fault {
  line?: number
  message: string
}

/** A mapping file that is right in itself; whether org and database can do what it says is to be seen. */
export interface ReadMapping {
  /** As its user calls it. */
  name: string
  objects: MappingFile["objects"]
  /** The line of an object, in any case, or of something in it. */
  lineOf(object: string, ...path: string[]): number
}

/** @throws PlanError that lists all faults, by their lines, what is not in the file last */
export function refuseFile(name: string, faults: readonly Fault[]): never {
  const lines = [...faults]
    .sort((a, b) => (a.line ?? Number.POSITIVE_INFINITY) - (b.line ?? Number.POSITIVE_INFINITY))
    .map(({ line, message }) => `\n  ${line === undefined ? "" : `line ${line}: `}${message}`)
  throw new PlanError(`${name} cannot be applied, and nothing was changed:${lines.join("")}`)
}

/**
 * Reads a mapping file.
 *
 * @param name for messages
 * @throws PlanError that lists all its faults
 */
export function readMappingFile(name: string, text: string): ReadMapping {
  const json = parse(name, text)
  const parsed = mappingSchema.safeParse(json.value)
  const faults = [
    ...json.twice.map(({ path, line }) => ({ line, message: `${pathText(path)} is there a second time` })),
    ...(parsed.success
      ? contradictions(parsed.data.objects, json)
      : parsed.error.issues.flatMap((issue) => issueFaults(issue, json))),
  ]
  if (faults.length > 0 || !parsed.success) refuseFile(name, faults)
  const { objects } = parsed.data
  const spelled = new Map(Object.keys(objects).map((object) => [object.toLowerCase(), object]))
  return {
    name,
    objects,
    lineOf: (object, ...path) =>
      json.lineOf(["objects", spelled.get(object.toLowerCase()) ?? object, ...path]),
  }
}

function parse(name: string, text: string): PositionedJson {
  try {
    return parsePositioned(text)
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    const { line, column } = error.position
    throw new PlanError(
      `${name} is not JSON, and nothing was changed:\n  line ${line}, column ${column}: ${error.message}`,
      { cause: error },
    )
  }
}

function issueFaults(issue: z.core.$ZodIssue, { value, lineOf }: PositionedJson): Fault[] {
  const { path, code } = issue
  const at = path.length === 0 ? "" : `${pathText(path)}: `
  if (code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const known = knownKeys(path)
      const near = nearName(key, known)
      const hint = near === undefined ? `The keys here are ${known.join(", ")}` : `Is it ${near}?`
      return {
        line: lineOf([...path, key]),
        message: `${pathText([...path, key])}: there is no such key. ${hint}`,
      }
    })
  }
  if (path[0] === "version") {
    const version = (value as { version?: unknown }).version
    const found = version === undefined ? "does not say its version" : `says ${JSON.stringify(version)}`
    return [{ line: lineOf(path), message: `version: this program reads version 1, and the file ${found}` }]
  }
  const wanted = code === "invalid_union" ? "the name of a column is expected, or true" : wantedText(issue)
  return [{ line: lineOf(path), message: `${at}${wanted}` }]
}

function wantedText(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return `${issue.values.join(" or ")} is expected`
  if (issue.code !== "invalid_type") return issue.message
  const forms: Record<string, string> = { string: "a text", boolean: "true or false" }
  return `${forms[issue.expected] ?? "an object, in braces,"} is expected`
}

/** Those of the schema at a path: the file's own, or an object's. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  return Object.keys(path.length === 0 ? mappingSchema.shape : mappingSchema.shape.objects.valueType.shape)
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map(String).join(".")
}

/** What each part of the file may say, and not two of them. Salesforce takes names in any case. */
function contradictions(objects: MappingFile["objects"], { lineOf }: PositionedJson): Fault[] {
  const faults: Fault[] = []
  const find = (entries: { key: string; path: string[]; message: (first: string) => string }[]) => {
    const first = new Map<string, string>()
    for (const { key, path, message } of entries) {
      const before = first.get(key)
      if (before === undefined) first.set(key, pathText(path))
      else faults.push({ line: lineOf(["objects", ...path]), message: message(before) })
    }
  }
  const listed = Object.entries<ObjectMapping>(objects)
  find(
    listed.map(([object]) => ({
      key: object.toLowerCase(),
      path: [object],
      message: (first) => `${object} is the object ${first} a second time`,
    })),
  )
  find(
    listed.flatMap(([object, { table }]) =>
      table === undefined
        ? []
        : [
            {
              key: table,
              path: [object, "table"],
              message: (first: string) =>
                `${object}.table: ${table} is that of ${first.split(".")[0]} already`,
            },
          ],
    ),
  )
  for (const [object, { fields = {} }] of listed) {
    const mapped = Object.entries(fields)
    if (objects[object]?.fields !== undefined && mapped.length === 0) {
      const message = `${object}.fields: name a field, or leave the key out, for all that can be columns`
      faults.push({ line: lineOf(["objects", object, "fields"]), message })
    }
    find(
      mapped.map(([field]) => ({
        key: field.toLowerCase(),
        path: [object, "fields", field],
        message: (first) => `${object}.${field} is the field ${first.split(".").pop()} a second time`,
      })),
    )
    find(
      mapped.flatMap(([field, column]) =>
        column === true
          ? []
          : [
              {
                key: column,
                path: [object, "fields", field],
                message: (first: string) =>
                  `${object}.${field}: ${column} is the column of ${first.split(".").slice(2).join(".")} already`,
              },
            ],
      ),
    )
  }
  return faults
}
