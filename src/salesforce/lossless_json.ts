// JSON.rawJSON and the reviver's context are in Node 22 and later (ES2025 proposal json-parse-with-source),
// but not yet in TypeScript's library.
const json = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown
  rawJSON(text: string): unknown
}

/**
 * Parses JSON so that `JSON.stringify` gives every number back digit for digit: `0.10`, `1E2` and integers
 * beyond 2^53 stay as they were written. Such numbers become raw JSON objects; do not compute with them. What is no
 * double (`1e400`) becomes a text: Postgres need not have a number for it.
 */
export function parseLosslessly(text: string): unknown {
  return json.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && String(value) !== source
      ? isDouble(value, source)
        ? json.rawJSON(source)
        : source
      : value,
  )
}

/** Too large it is infinite, too small it is zero. */
function isDouble(value: number, source: string): boolean {
  return Number.isFinite(value) && (value !== 0 || !/^[-.0]*[1-9]/.test(source))
}
