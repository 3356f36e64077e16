import type { ColumnSourcePlan, FieldsPlan, FieldsRemovalPlan, RenamePlan } from "../mapping/fields.ts"
import type { IndexesPlan, ViewPlan } from "../mapping/file/surroundings.ts"
import type { HistoryPlan, Plan, PlannedColumn, PollPlan } from "../mapping/plan.ts"

const fromRawPayload =
  "raw_payload holds the values: a job of the service fills them in, without a call to Salesforce."

/** A plan in words, and then as the SQL that it is. */
export function planText(plan: Plan, records: number | null): string {
  const {
    object,
    table,
    key,
    poll,
    keep,
    filter,
    parent_object,
    parent_field,
    columns,
    left_out,
    statements,
  } = plan
  return [
    `${object} becomes table public.${table}, with key ${key} and ${columns.length} columns:`,
    ...columnLines(columns),
    ...left_out.map(({ field, reason }) => `  ${field}: no column, ${reason}`),
    parent_object === null
      ? "It has no parent: its rows come and go by themselves."
      : `Its parent is ${parent_object}, by ${parent_field}: a row goes with its parent, and waits for it.`,
    keep === "all"
      ? "raw_payload keeps every plain field that this user may read."
      : "raw_payload, and the event log, keep these fields and no others.",
    ...(plan.history_table === null ? [] : [historyText(plan.history_table)]),
    `${changesText(plan)} ${recordsText(filter, records)} are loaded by ${poll === null ? "Bulk API" : "Bulk API, or REST where they are few"}, as a job of the service.`,
    ...statementLines(statements),
  ].join("\n")
}

function recordsText(filter: string | null, records: number | null): string {
  if (filter === null) return `${records === null ? "All its" : `Its ${records}`} records`
  return `The ${records} records that meet ${filter} (Salesforce decides which do, now and whenever they change)`
}

function changesText({ topic, poll, poll_reason, cursor }: Plan): string {
  if (poll === null) return `Changes come from ${topic}.`
  return `It is polled every ${poll}, ${poll_reason}: a query for what has changed since by ${cursor}, and daily a comparison of Ids for what was deleted without a trace.`
}

function historyText(table: string): string {
  return `Its versions are kept in public.${table}: each from valid_from until valid_to, the last one of a deleted record with is_deleted.`
}

/** The same of versions that are kept, or kept no more. */
export function historyPlanText({
  object,
  table,
  kept,
  history_table,
  dropped,
  statements,
}: HistoryPlan): string {
  return [
    kept
      ? `${historyText(history_table)} The rows that public.${table} has now are the first ones, each valid from its own updated_at; what was before is not known.`
      : `The versions of ${object} are kept no more. The table public.${history_table} ${dropped ? "is dropped with them" : "stays as it is, and its open versions with it"}.`,
    ...statementLines(statements),
  ].join("\n")
}

/** What the end of an object's mirroring is. */
export function objectRemovalText(removal: { object: string; table: string; dropData: boolean }): string {
  const { object, table, dropData } = removal
  const fate = dropData ? "is dropped with its rows" : "stays as it is, and is kept right no more"
  return [
    `${object} is mirrored no more: its mapping, its marks, loads and jobs go. The table public.${table} ${fate}; so does that of its versions, where they are kept.`,
    ...statementLines([`select sf_shadow.remove_object('${object}', drop_data => ${dropData})`]),
  ].join("\n")
}

/** The same of a plan for more columns. */
export function fieldsPlanText({ object, table, columns, filled_from, statements }: FieldsPlan): string {
  return [
    `public.${table}, of ${object}, gets ${columns.length === 1 ? "1 column" : `${columns.length} columns`} at its end:`,
    ...columnLines(columns),
    filled_from === "raw_payload"
      ? fromRawPayload
      : "raw_payload, and the event log, keep them from now on. A load of all records by Bulk API fills them in, as a job of the service; until it is complete they are null in rows that have not changed.",
    ...statementLines(statements),
  ].join("\n")
}

/** The same of a plan for fewer columns. */
export function removalPlanText(plan: FieldsRemovalPlan, dropData: boolean): string {
  const { object, table, columns, statements } = plan
  const names = columns.map(({ field, column }) => `${column} (${field})`).join(", ")
  const fate = dropData
    ? "are dropped with their values"
    : "stay as they are, and are filled no more: new rows have null there"
  return [
    `${names}, of public.${table}, ${fate}.`,
    `Events and loads of ${object} do not bring them any longer. The event log keeps what it has of them for its days.`,
    ...statementLines(statements),
  ].join("\n")
}

/** The same of a plan for another name. */
export function renamePlanText({ table, field, column, to, statements }: RenamePlan): string {
  return [
    `${column} (${field}), of public.${table}, is called ${to} from then on. Views that read it follow; what else names it has to be changed.`,
    ...statementLines(statements),
  ].join("\n")
}

/** The same of a plan for another field. */
export function columnSourcePlanText(plan: ColumnSourcePlan): string {
  const { object, table, column, before, field, filled_from, statements } = plan
  return [
    `${column}, of public.${table}, is filled from ${field} from then on, and not from ${before}.`,
    filled_from === "raw_payload"
      ? fromRawPayload
      : `A load of all records by Bulk API brings them, as a job of the service; until it is complete ${object} says that it is filling.`,
    ...statementLines(statements),
  ].join("\n")
}

/** The same of a plan for another rhythm of a poll. */
export function pollPlanText({ object, before, poll, statements }: PollPlan): string {
  const now = before === null ? "its change events are followed no more" : `so far it was every ${before}`
  return [`${object} is polled every ${poll} from then on; ${now}.`, ...statementLines(statements)].join("\n")
}

/** The same of a plan for a view as Heroku Connect had its tables. */
export function viewPlanText(plan: ViewPlan): string {
  const { object, table, view, schema, before, ids_from, statements } = plan
  const what =
    schema === null
      ? `The view ${view}, of ${object}, goes, and with it the ids of its rows.`
      : before === null
        ? `The view ${view} shows ${object}, from public.${table}, with the columns and types of Heroku Connect. It is for reading alone.`
        : `The view of ${object} moves from the schema ${before}: it is ${view} from then on.`
  const ids =
    ids_from === null ? [] : [`Its rows have the ids of ${ids_from}, and those that it lacks others.`]
  return [what, ...ids, ...statementLines(statements)].join("\n")
}

/** The same of a plan for indexes. */
export function indexesPlanText({ table, fields, gone, statements }: IndexesPlan): string {
  return [
    ...(fields.length > 0 ? [`Of public.${table} get an index: ${fields.join(", ")}.`] : []),
    ...(gone.length > 0 ? [`Of public.${table} lose their index: ${gone.join(", ")}.`] : []),
    ...statementLines(statements),
  ].join("\n")
}

function columnLines(columns: readonly PlannedColumn[]): string[] {
  const width = Math.max(...columns.map(({ field }) => field.length))
  return columns.map(({ field, column, type, renamed, reference, calculated, parent }) => {
    const notes = [
      ...(parent === undefined ? (reference ? ["the Id of another record"] : []) : ["the Id of its parent"]),
      ...(calculated ? ["a formula: read by loads alone"] : []),
      ...(renamed === null || renamed === undefined ? [] : [renamed]),
    ]
    return `  ${field.padEnd(width)}  ${column} ${type}${notes.length > 0 ? `  (${notes.join("; ")})` : ""}`
  })
}

function statementLines(statements: readonly string[]): string[] {
  return ["", ...statements.map((statement) => `${statement};`), ""]
}
