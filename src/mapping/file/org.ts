import type { Pool } from "pg"
import { nearName } from "../../base/near_name.ts"
import { type DescribedForPlan, describeForPlan, listObjects } from "../../salesforce/describe_objects.ts"
import type { Session } from "../../salesforce/session.ts"
import type { FieldsWish } from "../fields.ts"
import { countWished, PlanError, type Wish } from "../plan.ts"
import type { Difference } from "./difference.ts"
import type { Fault, ReadMapping } from "./read.ts"

/** What the org says of the objects that get something. */
export interface OrgObjects {
  /** By their names in lower case. */
  described: ReadonlyMap<string, DescribedForPlan>
  /** Of all objects that the user may see. */
  names: readonly string[]
  /** How many records the added ones have, for people alone; null where the org does not say so. */
  records: ReadonlyMap<string, number | null>
  /** Why the filters of added ones cannot be, by their names in lower case. */
  refused: ReadonlyMap<string, string>
}

/** Asks the org for what a difference needs: for nothing, where nothing is added. */
export async function askOrg(
  client: Pick<Pool, "query">,
  session: Session,
  { changes }: Difference,
): Promise<OrgObjects> {
  const wishes = changes.flatMap((one) => ("wish" in one ? [one] : []))
  const described = new Map<string, DescribedForPlan>()
  const records = new Map<string, number | null>()
  const refused = new Map<string, string>()
  const listed = wishes.length === 0 ? [] : await listObjects(session)
  for (const { change, wish } of wishes) {
    const key = wish.object.toLowerCase()
    const found = listed.find(({ name }) => name.toLowerCase() === key)
    if (found === undefined) continue
    const one = await describeForPlan(session, found)
    described.set(key, one)
    if (change !== "add_object") continue
    try {
      records.set(found.name, await countWished(client, session, wish, one))
    } catch (error) {
      if (!(error instanceof PlanError)) throw error
      refused.set(key, error.message)
    }
  }
  return { described, names: listed.map(({ name }) => name), records, refused }
}

/** A wish in the org's own names, without what the org lacks; and what that is. */
export function toOrgNames<W extends Wish | FieldsWish>(
  file: ReadMapping,
  wish: W,
  org: OrgObjects,
): { wish: W; described: DescribedForPlan | undefined; faults: Fault[] } {
  const { object, fields, columns = {} } = wish
  const described = org.described.get(object.toLowerCase())
  if (described === undefined) {
    const isThere = org.names.some((name) => name.toLowerCase() === object.toLowerCase())
    // Whatever it gets was there when the org was asked, or there was nothing to ask.
    if (isThere || org.names.length === 0)
      throw new PlanError("Somebody else has changed the mapping meanwhile. Nothing was changed. Try again.")
    const message = `the org has no object ${object} that this user may see${nearText(object, org.names)}`
    return { wish, described, faults: [{ line: file.lineOf(object), message }] }
  }
  const faults: Fault[] = []
  const found: string[] = []
  const named: [string, string][] = []
  for (const name of fields ?? []) {
    const { field, fault } = findField(described, name)
    if (fault !== undefined) {
      const line = file.lineOf(object, "fields", name)
      faults.push({ line, message: `${described.name}.${name}: ${fault}` })
    } else {
      found.push(field)
      if (columns[name] !== undefined) named.push([field, columns[name]])
    }
  }
  const known = fields === undefined ? {} : { fields: found, columns: Object.fromEntries(named) }
  return { wish: { ...wish, object: described.name, ...known }, described, faults }
}

function findField(
  { fields }: DescribedForPlan,
  name: string,
): { field: string; fault?: undefined } | { fault: string; field?: undefined } {
  if (name.includes(".")) return { fault: "a field of another record, which events of this one do not tell" }
  const names = fields.map((one) => one.name)
  const field = names.find((one) => one.toLowerCase() === name.toLowerCase())
  if (field === undefined)
    return { fault: `there is no such field that this user may read${nearText(name, names)}` }
  const parts = fields.filter((one) => one.compoundFieldName === field && one.name !== field)
  if (parts.length === 0) return { field }
  return { fault: `a compound, of which the parts are columns: ${parts.map((one) => one.name).join(", ")}` }
}

function nearText(name: string, known: readonly string[]): string {
  const near = nearName(name, known)
  return near === undefined ? "" : `. Is it ${near}?`
}
