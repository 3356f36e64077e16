import type { PlannedChange } from "./apply.ts"
import type { Change } from "./difference.ts"

/** The columns of its own that a history has (docs/mapping.md). */
const historyColumns = ["valid_from", "valid_to", "is_deleted"]

/**
 * Why a change cannot be after those that are planned before it in the same file, in words; undefined where it can. Of columns only
 * plans are made at first, each of them of the database as it is: what they refuse of each other only applying them would show.
 */
export function foreseenFault(change: Change, planned: readonly PlannedChange[]): string | undefined {
  if (change.change === "keep_history" && change.kept) {
    const clash = planned
      .flatMap((before) => {
        if (before.plan.object !== change.object) return []
        if (before.change === "rename_field") return [{ field: before.plan.field, column: before.plan.to }]
        return before.change === "add_fields" ? before.plan.columns : []
      })
      .filter(({ column }) => historyColumns.includes(column))
      .map(({ field, column }) => `${column} (${field})`)
    if (clash.length > 0)
      return `the history of ${change.object} has columns valid_from, valid_to and is_deleted of its own, and ${clash.join(", ")} would be in their way: give it another name`
  }
  if (change.change === "change_indexes") {
    const gone = planned.flatMap((before) => {
      if (before.plan.object !== change.object) return []
      if (before.change === "map_column") return [before.plan.before]
      return before.change === "remove_fields" ? before.plan.columns.map(({ field }) => field) : []
    })
    const lacking = change.fields.filter((name) =>
      gone.some((field) => field.toLowerCase() === name.toLowerCase()),
    )
    if (lacking.length > 0)
      return `${change.object}: no index without a column: ${lacking.join(", ")}. Name it in the fields, too`
  }
  return undefined
}
