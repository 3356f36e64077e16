import type { PoolClient } from "pg"
import type { DescribedForPlan } from "../../salesforce/describe_objects.ts"
import {
  addFields,
  type ColumnSourcePlan,
  type FieldsPlan,
  type FieldsRemovalPlan,
  mapColumn,
  type RenamePlan,
  removeFields,
  renameField,
} from "../fields.ts"
import {
  addObject,
  changePoll,
  type HistoryPlan,
  keepHistory,
  type Plan,
  PlanError,
  type PollPlan,
  removeObject,
  toPlanError,
} from "../plan.ts"
import { type Change, findDifference, type Left } from "./difference.ts"
import { foreseenFault } from "./foreseen.ts"
import { type MirroredObject, readMirrored } from "./mirrored.ts"
import { type OrgObjects, toOrgNames } from "./org.ts"
import { inParentsOrder } from "./parents.ts"
import { type ReadMapping, refuseFile } from "./read.ts"
import { changeIndexes, changeView, type IndexesPlan, type ViewPlan } from "./surroundings.ts"

type Client = Pick<PoolClient, "query">

/** A step as it is planned, or was done. */
export type PlannedChange =
  | { change: "remove_object"; plan: { object: string; table: string } }
  | { change: "remove_fields"; plan: FieldsRemovalPlan }
  | { change: "rename_field"; plan: RenamePlan }
  | { change: "map_column"; plan: ColumnSourcePlan }
  | { change: "change_poll"; plan: PollPlan }
  | { change: "keep_history"; plan: HistoryPlan }
  | { change: "add_object"; plan: Plan }
  | { change: "add_fields"; plan: FieldsPlan }
  | { change: "change_view"; plan: ViewPlan }
  | { change: "change_indexes"; plan: IndexesPlan }

/** How the database becomes what a file says. */
export interface MappingPlan {
  changes: PlannedChange[]
  /** What is in the database and not in the file, and stays. */
  left: Left[]
}

export interface ApplyOptions {
  /** Whether what is not in the file goes. */
  prune: boolean
  /** Whether its tables and columns go too. */
  dropData: boolean
  /** Whether the caller takes all back: then columns that are there are only planned, and no reader of theirs is held up. */
  isDry: boolean
  /** The schema of Heroku Connect's own tables, of which views that are made or moved take over the ids. */
  idsFrom?: string | undefined
}

/** A change, with what describe says of the object that gets something. */
type Step = { change: Change; described?: DescribedForPlan }

/**
 * Makes the database what a file says, in the caller's transaction, which takes all of it back where it is rolled back.
 *
 * @param org what askOrg has found for the same file
 * @throws PlanError that lists everything for which it cannot be
 */
export async function applyMappingFile(
  client: Client,
  file: ReadMapping,
  org: OrgObjects,
  options: ApplyOptions,
): Promise<MappingPlan> {
  if (!options.isDry) await lockMapping(client, await readMirrored(client), file, options)
  const mirrored = await readMirrored(client)
  const { changes, left, faults } = findDifference(file, mirrored, options.prune)
  const steps: Step[] = []
  for (const change of changes) {
    if (change.change === "change_view" || change.change === "change_indexes") {
      // The org's own name of what is added; without it there is a fault already.
      const object = nameOf(change.object, mirrored, org)
      if (object !== undefined) steps.push({ change: { ...change, object } })
      continue
    }
    if (!("wish" in change)) {
      steps.push({ change })
      continue
    }
    const { object } = change.wish
    const refused = org.refused.get(object.toLowerCase())
    if (refused !== undefined) faults.push({ line: file.lineOf(object, "where"), message: bare(refused) })
    const { wish, described, faults: lacking } = toOrgNames(file, change.wish, org)
    faults.push(...lacking)
    const isLeft = wish.fields === undefined || wish.fields.length > 0
    if (described !== undefined && isLeft && refused === undefined)
      steps.push({ change: { ...change, wish } as Change, described })
  }
  const { ordered, circles } = inParentsOrder(steps)
  for (const circle of circles) {
    const message = `${circle.join(" -> ")} -> ${circle[0]}: parents in a circle, of which none could be added first`
    faults.push({ line: file.lineOf(circle[0] as string, "parent"), message })
  }

  // Whole objects are added and removed at once, since a child needs its parent; of columns only the plan is looked at first.
  const planned: PlannedChange[] = []
  const failed = new Set<string>()
  for (const step of ordered) {
    const { change } = step
    if (
      step.parents.some((parent) => failed.has(parent)) ||
      ("object" in change && failed.has(change.object))
    )
      continue
    const columns = plannedColumns(planned)
    const foreseen = foreseenFault(change, planned)
    const { plan, fault } =
      foreseen !== undefined
        ? { fault: foreseen }
        : await attempt(client, () => perform(client, step, { ...options, isDry: true }, columns))
    if (plan?.change === "change_indexes" && plan.plan.statements.length === 0) continue
    if (plan !== undefined) planned.push(plan)
    else {
      if (change.change === "add_object" || change.change === "add_fields") failed.add(change.wish.object)
      const line = lineOf(file, step.change)
      faults.push(line === undefined ? { message: `not in the file: ${fault}` } : { line, message: fault })
    }
  }
  if (faults.length > 0) refuseFile(file.name, faults)
  if (!options.isDry) {
    for (const { change, described } of ordered) {
      if (change.change === "add_object" || change.change === "remove_object") continue
      await perform(client, { change, described }, options, [])
    }
  }
  return { changes: planned, left }
}

function nameOf(object: string, mirrored: readonly MirroredObject[], org: OrgObjects): string | undefined {
  const key = object.toLowerCase()
  const held = mirrored.find((one) => one.object.toLowerCase() === key)
  return held?.object ?? org.described.get(key)?.name
}

/** What objects that are there already are about to get; of added objects it is there while the plan is made. */
function plannedColumns(planned: readonly PlannedChange[]): FieldsPlan[] {
  return planned.flatMap((one) => (one.change === "add_fields" ? [one.plan] : []))
}

/** All locks before the first change, in the order in which others take them. */
async function lockMapping(
  client: Client,
  mirrored: Awaited<ReturnType<typeof readMirrored>>,
  file: ReadMapping,
  { prune }: ApplyOptions,
): Promise<void> {
  const { changes } = findDifference(file, mirrored, prune)
  if (changes.length === 0) return
  const objects = new Set(changes.map((one) => ("wish" in one ? one.wish.object : one.object)))
  await client.query("select sf_shadow.lock_mapping(objects => $1)", [[...objects]]).catch(toPlanError)
}

/** Runs one change so that what it is refused leaves the transaction usable. */
async function attempt(
  client: Client,
  change: () => Promise<PlannedChange>,
): Promise<{ plan: PlannedChange; fault?: undefined } | { plan?: undefined; fault: string }> {
  await client.query("savepoint before_one_change")
  try {
    return { plan: await change() }
  } catch (error) {
    if (!(error instanceof PlanError)) throw error
    await client.query("rollback to savepoint before_one_change")
    return { fault: bare(error.message) }
  }
}

/** A refusal without what the whole list says once. */
function bare(message: string): string {
  return message.replace(/\. Nothing was changed\.$/, "").replace(". Nothing was changed.", ".")
}

async function perform(
  client: Client,
  step: Step,
  { dropData, isDry, idsFrom }: ApplyOptions,
  added: readonly FieldsPlan[],
): Promise<PlannedChange> {
  const { change } = step
  const columns = added.flatMap((one) =>
    "object" in change && one.object === change.object ? one.columns : [],
  )
  const described = step.described as DescribedForPlan
  switch (change.change) {
    case "remove_object": {
      const { object } = change
      const table = await removeObject(client, object, dropData)
      return { change: change.change, plan: { object, table } }
    }
    case "remove_fields":
      return { change: change.change, plan: await removeFields(client, { ...change, dropData }, isDry) }
    case "rename_field":
      return { change: change.change, plan: await renameField(client, change, isDry) }
    case "map_column":
      return { change: change.change, plan: await mapColumn(client, change.wish, described, isDry) }
    case "change_poll":
      return { change: change.change, plan: await changePoll(client, change, isDry) }
    case "keep_history":
      return { change: change.change, plan: await keepHistory(client, change, isDry) }
    case "add_object":
      return { change: change.change, plan: await addObject(client, change.wish, described) }
    case "add_fields":
      return { change: change.change, plan: await addFields(client, change.wish, described, isDry) }
    case "change_view":
      return { change: change.change, plan: await changeView(client, { ...change, columns, idsFrom }, isDry) }
    case "change_indexes":
      return { change: change.change, plan: await changeIndexes(client, { ...change, columns }, isDry) }
  }
}

/** Of what is removed the file says nothing. */
function lineOf(file: ReadMapping, change: Change): number | undefined {
  switch (change.change) {
    case "rename_field":
      return file.lineOf(change.object, "fields", change.name)
    case "keep_history":
      return file.lineOf(change.object, "history")
    case "map_column":
      return file.lineOf(change.wish.object, "fields", change.wish.fields[0] as string)
    case "add_object":
    case "add_fields":
      return file.lineOf(change.wish.object)
    case "change_view":
      return change.schema === null ? undefined : file.lineOf(change.object, "compatible_schema")
    case "change_indexes":
      return file.lineOf(change.object, "indexes")
    default:
      return undefined
  }
}
