import type { DescribedForPlan, FieldForPlan } from "../../salesforce/describe_objects.ts"
import type { MirroredObject } from "../file/mirrored.ts"
import type { ExportedMapping } from "./export.ts"

/** The fields of an exported mapping, in the org's own names where it has them. */
export interface ExportedFields {
  /** Those that are to be columns. */
  fields: string[]
  /** Those that are to have an index. */
  indexes: string[]
  /** Those that cannot be columns, and why. */
  leftOut: { field: string; reason: string }[]
  /** Texts that are too long for the index that they had. */
  unindexed: string[]
  /** Those whose index was unique. */
  unique: string[]
  /** A field that was not exported, where there was no other. */
  standsIn: string | undefined
}

/** What every shadow table has by another name, or needs not have. */
const standard = ["id", "isdeleted", "systemmodstamp"]

/** An entry of a B-tree has about 2,700 bytes at the most, and a character up to 3. */
const longestIndexed = 900

export function exportedFields(
  { fields: exported, indexes = {}, upsert_field }: ExportedMapping["config"],
  described: DescribedForPlan,
  held: MirroredObject | undefined,
): ExportedFields {
  const find = (name: string) =>
    described.fields.find((field) => field.name.toLowerCase() === name.toLowerCase())
  const leftOut: ExportedFields["leftOut"] = []
  const fields: string[] = []
  for (const name of Object.keys(exported)) {
    if (standard.includes(name.toLowerCase())) continue
    const reason = reasonAgainst(name, find(name), described)
    if (reason === undefined) fields.push(find(name)?.name ?? name)
    else leftOut.push({ field: name, reason })
  }
  const standsIn = fields.length === 0 && held === undefined ? find("CreatedDate")?.name : undefined
  if (standsIn !== undefined) fields.push(standsIn)

  const wished = Object.entries({
    ...indexes,
    ...(upsert_field ? { [upsert_field]: { unique: true } } : {}),
  }).filter(([name]) => isIndexable(name) && !leftOut.some(({ field }) => isSame(field, name)))
  const isLong = ([name]: [string, object]) => (find(name)?.length ?? 0) > longestIndexed
  const nameOf = ([name]: [string, object]) => find(name)?.name ?? name
  const indexed = wished.filter((one) => !isLong(one))
  return {
    fields,
    indexes: [...new Set(indexed.map(nameOf))],
    leftOut,
    unindexed: wished.filter(isLong).map(nameOf),
    unique: [...new Set(indexed.filter(([, { unique }]) => unique).map(nameOf))],
    standsIn,
  }
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

/** The key has its index, and every row says false to IsDeleted. */
function isIndexable(name: string): boolean {
  return !["id", "isdeleted"].includes(name.toLowerCase())
}

/** Why a field that Heroku Connect has is no column here; of what the org lacks the plan says so. */
function reasonAgainst(
  name: string,
  field: FieldForPlan | undefined,
  { fields }: DescribedForPlan,
): string | undefined {
  if (field?.type === "base64") return "the content of a file (base64)"
  if (field !== undefined && /^Last(Viewed|Referenced)Date$/.test(field.name))
    return "when this user last looked at the record"
  if (field !== undefined) return undefined
  // The lookup by an external id: Account__r.Number__c, or account__number__c as its column is called.
  const [, relation] = /^(\w+?)(?:__r)?(?:\.|__)(?!c$)\w+$/i.exec(name) ?? []
  const reference = fields.find(
    ({ type, name: one }) => type === "reference" && isSame(one.replace(/(Id|__c)$/, ""), relation ?? ""),
  )
  if (reference === undefined) return name.includes(".") ? "a field of another record" : undefined
  return `a field of the ${reference.referenceTo.join(" or ")} that ${reference.name} refers to: join that`
}
