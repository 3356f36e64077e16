/** Rows as an aligned table; columns without any value are left out. Empty: one line that says so. */
export function textTable(rows: readonly Record<string, unknown>[]): string {
  const first = rows[0]
  if (first === undefined) return "  (nothing)"
  const columns = Object.keys(first).filter((column) => rows.some((row) => row[column] !== null))
  const lines = [columns, ...rows.map((row) => columns.map((column) => cell(row[column])))]
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? "").length)))
  return lines
    .map((line) => `  ${line.map((text, at) => text.padEnd(widths[at] ?? 0)).join("  ")}`.trimEnd())
    .join("\n")
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "-"
  if (value instanceof Date) return value.toISOString()
  if (typeof value === "number" && !Number.isInteger(value)) return value.toFixed(1)
  // An interval, as pg reads it, prints itself in Postgres's own words.
  if (typeof value === "object" && "toPostgres" in value)
    return (value as { toPostgres(): string }).toPostgres()
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}
