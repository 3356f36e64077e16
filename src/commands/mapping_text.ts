import type { MappingPlan, PlannedChange } from "../mapping/file/apply.ts"
import type { Left } from "../mapping/file/difference.ts"
import {
  columnSourcePlanText,
  fieldsPlanText,
  historyPlanText,
  indexesPlanText,
  objectRemovalText,
  planText,
  pollPlanText,
  removalPlanText,
  renamePlanText,
  viewPlanText,
} from "./plan_text.ts"

interface Extent {
  /** Whether tables and columns go with what is removed. */
  dropData: boolean
  /** How many records an added object has; null where that is not known. */
  records: ReadonlyMap<string, number | null>
}

/** A plan for a mapping file: a line for each change, each in full, and what the file does not name. */
export function mappingPlanText({ changes, left }: MappingPlan, extent: Extent): string {
  const width = Math.max(...changes.map(({ plan }) => plan.object.length))
  const summary = changes.map((one) => {
    const [sign, what] = summaryOf(one, extent)
    return `${sign} ${one.plan.object.padEnd(width)}  ${what}`
  })
  const unnamed = left.map((one) => `  ${leftText(one)}`)
  return [
    ...(changes.length > 1 ? [...summary, ""] : []),
    ...changes.map((one) => changeText(one, extent)),
    ...(left.length > 0
      ? ["In the database and not in the file; left as it is, without --prune:", ...unnamed, ""]
      : []),
    "",
  ].join("\n")
}

function summaryOf({ change, plan }: PlannedChange, { dropData }: Extent): [sign: string, what: string] {
  const data = dropData ? "with its data" : "its data stays"
  switch (change) {
    case "remove_object":
      return ["-", `mirrored no more, ${data}`]
    case "remove_fields":
      return ["-", `filled no more, ${data}: ${plan.columns.map(({ column }) => column).join(", ")}`]
    case "rename_field":
      return ["~", `${plan.column} is called ${plan.to}`]
    case "map_column":
      return ["~", `${plan.column} is filled from ${plan.field}`]
    case "change_poll":
      return ["~", `polled every ${plan.poll}`]
    case "keep_history":
      return [
        "~",
        plan.kept ? `its versions are kept, in ${plan.history_table}` : "its versions are kept no more",
      ]
    case "add_object":
      return ["+", `new, in ${plan.table}, with ${plan.columns.length} columns`]
    case "add_fields":
      return ["+", `more columns: ${plan.columns.map(({ column }) => column).join(", ")}`]
    case "change_view":
      return plan.schema === null ? ["-", `the view ${plan.view}`] : ["+", `the view ${plan.view}`]
    case "change_indexes":
      return plan.fields.length > 0
        ? ["+", `indexes: ${plan.fields.join(", ")}`]
        : ["-", `indexes: ${plan.gone.join(", ")}`]
  }
}

function changeText({ change, plan }: PlannedChange, { dropData, records }: Extent): string {
  switch (change) {
    case "remove_object":
      return objectRemovalText({ ...plan, dropData })
    case "remove_fields":
      return removalPlanText(plan, dropData)
    case "rename_field":
      return renamePlanText(plan)
    case "map_column":
      return columnSourcePlanText(plan)
    case "change_poll":
      return pollPlanText(plan)
    case "keep_history":
      return historyPlanText(plan)
    case "add_object":
      return planText(plan, records.get(plan.object) ?? null)
    case "add_fields":
      return fieldsPlanText(plan)
    case "change_view":
      return viewPlanText(plan)
    case "change_indexes":
      return indexesPlanText(plan)
  }
}

function leftText(left: Left): string {
  if ("table" in left) return `${left.object}, in ${left.table}`
  if ("index" in left) return `${left.object}: the index of ${left.index}`
  if ("compatible_schema" in left) return `${left.object}: its view in the schema ${left.compatible_schema}`
  return `${left.object}.${left.field}, in ${left.column}`
}
