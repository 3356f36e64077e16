import type { Plan } from "../mapping/plan.ts"

/** A plan in words, and then as the SQL that it is. */
export function planText(plan: Plan, records: number | null): string {
  const { object, table, key, poll, keep, parent_object, parent_field, columns, left_out, statements } = plan
  const width = Math.max(...columns.map(({ field }) => field.length))
  const lines = columns.map(({ field, column, type, renamed, reference, calculated, parent }) => {
    const notes = [
      ...(parent === undefined ? (reference ? ["the Id of another record"] : []) : ["the Id of its parent"]),
      ...(calculated ? ["a formula: read by loads alone"] : []),
      ...(renamed === null || renamed === undefined ? [] : [renamed]),
    ]
    return `  ${field.padEnd(width)}  ${column} ${type}${notes.length > 0 ? `  (${notes.join("; ")})` : ""}`
  })
  return [
    `${object} becomes table public.${table}, with key ${key} and ${columns.length} columns:`,
    ...lines,
    ...left_out.map(({ field, reason }) => `  ${field}: no column, ${reason}`),
    parent_object === null
      ? "It has no parent: its rows come and go by themselves."
      : `Its parent is ${parent_object}, by ${parent_field}: a row goes with its parent, and waits for it.`,
    keep === "all"
      ? "raw_payload keeps every plain field that this user may read."
      : "raw_payload, and the event log, keep these fields and no others.",
    `${changesText(plan)} ${records === null ? "All its" : `Its ${records}`} records are loaded by ${poll === null ? "Bulk API" : "Bulk API, or REST where they are few"}, as a job of the service.`,
    "",
    ...statements.map((statement) => `${statement};`),
    "",
  ].join("\n")
}

function changesText({ topic, poll, poll_reason, cursor }: Plan): string {
  if (poll === null) return `Changes come from ${topic}.`
  return `It is polled every ${poll}, ${poll_reason}: a query for what has changed since by ${cursor}, and daily a comparison of Ids for what was deleted without a trace.`
}
