import { type DescribedForPlan, describeForPlan, listObjects } from "../../salesforce/describe_objects.ts"
import { countRecords } from "../../salesforce/records.ts"
import type { Session } from "../../salesforce/session.ts"
import type { MirroredObject } from "../file/mirrored.ts"
import type { OrgObjects } from "../file/org.ts"
import type { ReadMapping } from "../file/read.ts"
import type { ObjectMapping } from "../file/schema.ts"
import type { ExportedMapping } from "./export.ts"
import { type ExportedFields, exportedFields } from "./fields.ts"
import type { ReadExport } from "./read.ts"

/** What is wished of an import. */
export interface ImportWish {
  /** The schema of views with Heroku Connect's names and types; undefined: none are made. */
  compatibleSchema: string | undefined
  /** The schema of Heroku Connect's own tables, of which views that are made or moved take over the ids. */
  idsFrom: string | undefined
  /** Whether objects that have change events are polled all the same, as often as Heroku Connect did it. */
  poll: boolean
}

/** What an export comes to. */
export interface HerokuImport {
  /** The same as a mapping file; it names lines of the export. */
  file: ReadMapping
  org: OrgObjects
  /** What of an object is otherwise than the export says, in words; of all of them first. */
  notes: { object: string | null; notes: string[] }[]
}

/** Turns an export of Heroku Connect into a mapping file, in the org's own names. */
export async function importHeroku(
  session: Session,
  mirrored: readonly MirroredObject[],
  read: ReadExport,
  wish: ImportWish,
): Promise<HerokuImport> {
  const listed = await listObjects(session)
  const described = new Map<string, DescribedForPlan>()
  const records = new Map<string, number | null>()
  const objects: Record<string, ObjectMapping> = {}
  const notes: HerokuImport["notes"] = [{ object: null, notes: notesOfAll(read.mappings) }]
  for (const exported of read.mappings) {
    const key = exported.object_name.toLowerCase()
    const found = listed.find(({ name }) => name.toLowerCase() === key)
    // Where the org lacks it the plan is refused, and names it.
    if (found === undefined) {
      objects[exported.object_name] = {}
      continue
    }
    const held = mirrored.find(({ object }) => object === found.name)
    const one = await describeForPlan(session, found)
    described.set(key, one)
    if (held === undefined) records.set(found.name, await countRecords(session, found.name).catch(() => null))
    const fields = exportedFields(exported.config, one, held)
    const poll = pollOf(exported, one, held, wish)
    objects[found.name] = {
      ...(poll.poll === undefined ? {} : { poll: poll.poll }),
      ...(fields.fields.length === 0
        ? {}
        : { fields: Object.fromEntries(fields.fields.map((field) => [field, true] as const)) }),
      ...(fields.indexes.length === 0 ? {} : { indexes: fields.indexes }),
      ...(wish.compatibleSchema === undefined ? {} : { compatible_schema: wish.compatibleSchema }),
    }
    notes.push({
      object: found.name,
      notes: [...notesOf(exported, fields, held, wish), ...poll.notes],
    })
  }
  const file = { name: read.name, objects, lineOf: read.lineOf }
  return {
    file,
    org: { described, names: listed.map(({ name }) => name), records, refused: new Map() },
    notes,
  }
}

function notesOfAll(mappings: readonly ExportedMapping[]): string[] {
  const has = (key: "sf_max_daily_api_calls" | "sf_notify_enabled") =>
    mappings.some(({ config }) => config[key])
  return [
    ...(has("sf_max_daily_api_calls")
      ? ["sf_max_daily_api_calls has no counterpart: all objects share the API budget (docs/api_budget.md)."]
      : []),
    ...(has("sf_notify_enabled")
      ? ["sf_notify_enabled has no counterpart: changes come from change events, or from a poll."]
      : []),
  ]
}

function notesOf(
  { config }: ExportedMapping,
  { leftOut, unindexed, unique, standsIn }: ExportedFields,
  held: MirroredObject | undefined,
  { compatibleSchema, idsFrom }: ImportWish,
): string[] {
  const names = (fields: readonly string[]) => fields.join(", ")
  return [
    ...(held === undefined
      ? []
      : [`mirrored already, in ${held.table}: it gets what it lacks, and stays as it is otherwise.`]),
    ...(idsFrom !== undefined && held?.compatible_schema === compatibleSchema && !held?.lacks_view
      ? ["its view is there already, and its ids stay: --ids-from is for views that are made or moved."]
      : []),
    ...(config.access === "read_write"
      ? ["read_write there, and read-only here, on purpose: sf-shadow never writes to Salesforce."]
      : []),
    ...leftOut.map(({ field, reason }) => `${field}: no column, ${reason}.`),
    ...(standsIn === undefined
      ? []
      : [`${standsIn} is a column, since a table needs one beside those that each has.`]),
    ...(unique.length === 0
      ? []
      : [
          `indexed, and not unique as there, since two records may hold one value for a moment: ${names(unique)}.`,
        ]),
    ...(unindexed.length === 0
      ? []
      : [`not indexed, since no index takes texts as long as these may be: ${names(unindexed)}.`]),
    ...(compatibleSchema === undefined
      ? [
          "IsDeleted and SystemModstamp: no columns; the row of a deleted record goes, and updated_at is there.",
        ]
      : []),
  ]
}

/** How an object's changes come. What is mirrored already goes on as it does, but where all are to be polled. */
function pollOf(
  { config: { sf_polling_seconds = 600 } }: ExportedMapping,
  { has_events }: DescribedForPlan,
  held: MirroredObject | undefined,
  wish: ImportWish,
): { poll?: string; notes: string[] } {
  if (held !== undefined && (held.poll !== null || !wish.poll)) return { notes: [] }
  if (has_events && !wish.poll) {
    const note = `its change events are followed, in place of a poll each ${sf_polling_seconds} s: switch Change Data Capture on for it, or give --poll.`
    return { notes: [note] }
  }
  const minutes = Math.min(1440, Math.max(1, Math.round(sf_polling_seconds / 60)))
  const poll = minutes % 1440 === 0 ? "1d" : minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`
  const why = has_events ? "and its change events are not followed" : "for it has no change events"
  const changed =
    minutes * 60 === sf_polling_seconds
      ? ""
      : ` There it was every ${sf_polling_seconds} s; here it is whole minutes, from 1m to 1d.`
  return { poll, notes: [`polled every ${poll}, ${why}.${changed}`] }
}
