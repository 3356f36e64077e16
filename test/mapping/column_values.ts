/** The types of Salesforce fields that a column is filled from, as `described_field` names them. */
export const fieldTypes = ["number", "boolean", "datetime", "date", "time", "text"] as const
export type FieldType = (typeof fieldTypes)[number]

/** Whether a column of a type that the mapping allows can hold a value as it is: what Postgres must agree with. */
export const allowedTypes: Record<string, (value: string) => boolean> = {
  text: () => true,
  "character varying(5)": (value) => [...value].length <= 5,
  boolean: (value) => value === "true" || value === "false",
  smallint: (value) => isInteger(value, 15),
  integer: (value) => isInteger(value, 31),
  bigint: (value) => isInteger(value, 63),
  numeric: (value) => plain(value) === value,
  "numeric(4,0)": (value) => hasDigits(value, 4, 0),
  "numeric(12,2)": (value) => hasDigits(value, 10, 2),
  "numeric(18,9)": (value) => hasDigits(value, 9, 9),
  "double precision": (value) => plain(value) === value && plain(String(Number(value))) === value,
  date: (value) => isTime(/^\d{4}-\d\d-\d\d$/, value, `${value}T00:00:00.000Z`),
  "timestamp with time zone": (value) => isTime(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, value, value),
  // Postgres has a time for the end of a day, and shows it again as it came.
  "time without time zone": (value) =>
    value === "24:00:00.000Z" || isTime(/^\d\d:\d\d:\d\d\.\d{3}Z$/, value, `2026-11-23T${value}`),
}

/** Types that an operator may give a column all the same, and spellings that Postgres takes for allowed ones. */
export const otherTypes = [
  "real",
  "character(5)",
  "character varying",
  "timestamp without time zone",
  "uuid",
  "jsonb",
  "money",
  "timestamp(0) with time zone",
  "time(0) without time zone",
  "numeric(5,-2)",
  "numeric(3,5)",
  "interval",
]

/** What a stored column is, in the canonical form of its Salesforce type, from its text as Postgres or its JSON shows it. */
export function held(columnType: string, text: string): string {
  if (/^(smallint|integer|bigint|numeric|real|double)/.test(columnType)) return plain(text) ?? text
  if (columnType === "boolean") return { t: "true", f: "false" }[text] ?? text
  const [, day = "", seconds, fraction = ""] =
    /^(?:(\S+)[ T])?(\d\d:\d\d:\d\d)(?:\.(\d+))?(?:\+00(?::00)?)?$/.exec(text) ?? []
  if (seconds === undefined) return text
  const time = `${seconds}.${fraction.padEnd(3, "0")}Z`
  if (columnType.endsWith("with time zone")) return `${day}T${time}`
  if (/^time\b/.test(columnType)) return time
  return text
}

/** A decimal without exponent, needless zeros and sign of zero, as `raw_payload` has numbers; null for no decimal. */
export function plain(text: string): string | null {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)
  if (!match) return null
  const [, sign, whole = "", fraction = "", exponent = "0"] = match
  const point = whole.length + Number(exponent)
  const digits = (whole + fraction).padEnd(point, "0").padStart((whole + fraction).length - point, "0")
  const at = Math.max(point, 0)
  const integer = (point > 0 ? digits.slice(0, at) : "").replace(/^0+/, "") || "0"
  const rest = (point > 0 ? digits.slice(at) : "0".repeat(-point) + whole + fraction).replace(/0+$/, "")
  const value = rest === "" ? integer : `${integer}.${rest}`
  return value === "0" ? value : `${sign}${value}`
}

function isInteger(value: string, bits: number): boolean {
  const limit = 2n ** BigInt(bits)
  return plain(value) === value && !value.includes(".") && BigInt(value) >= -limit && BigInt(value) < limit
}

function hasDigits(value: string, before: number, after: number): boolean {
  if (plain(value) !== value) return false
  const [whole = "", fraction = ""] = value.replace("-", "").split(".")
  return (whole === "0" ? 0 : whole.length) <= before && fraction.length <= after
}

function isTime(form: RegExp, value: string, iso: string): boolean {
  const time = form.test(value) ? new Date(iso) : new Date(Number.NaN)
  // Not the thirtieth of February, which JavaScript takes for a day of March.
  return !Number.isNaN(time.getTime()) && time.toISOString() === iso && !iso.startsWith("0000")
}
