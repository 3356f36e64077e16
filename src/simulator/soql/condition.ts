import type { Condition, WhereClause } from "@jetstreamapp/soql-parser-js"
import { toId18 } from "../org/record_id.ts"
import type { Row, Value } from "../org/row.ts"
import type { Snapshot } from "../org/snapshot.ts"
import type { Column } from "./columns.ts"
import { SoqlError } from "./soql_error.ts"

/** Whether a row meets a condition. */
export interface Test {
  (row: Row, snapshot: Snapshot): boolean
  /** Where only these ids can meet it (`Id IN (...)`), so that no table is walked for a few records. */
  ids?: ReadonlySet<string>
}

type Token = "(" | ")" | "AND" | "OR" | "NOT" | { test: Test }

interface Comparison {
  field?: string
  operator: string
  value?: string | string[]
  literalType?: string | string[]
}

/** Compiles a where clause. AND and OR side by side want parentheses, as in Salesforce. */
export function compileWhere(where: WhereClause, column: (path: string) => Column): Test {
  const tokens = tokensOf(where, column)
  let next = 0

  function either(): Test {
    const first = unary()
    const operator = tokens[next]
    if (operator !== "AND" && operator !== "OR") return first
    const tests = [first]
    while (tokens[next] === "AND" || tokens[next] === "OR") {
      if (tokens[next] !== operator)
        throw new SoqlError("MALFORMED_QUERY", `unexpected token: '${tokens[next]}'`)
      next++
      tests.push(unary())
    }
    if (operator === "OR") return (row, snapshot) => tests.some((test) => test(row, snapshot))
    const all: Test = (row, snapshot) => tests.every((test) => test(row, snapshot))
    return withIds(all, tests.find((test) => test.ids !== undefined)?.ids)
  }

  function unary(): Test {
    const token = tokens[next++]
    if (token === "NOT") {
      const inner = unary()
      return (row, snapshot) => !inner(row, snapshot)
    }
    if (token === "(") {
      const inner = either()
      if (tokens[next++] !== ")")
        throw new SoqlError("MALFORMED_QUERY", "expecting a right parentheses, found 'EOF'")
      return inner
    }
    if (typeof token === "object") return token.test
    throw new SoqlError("MALFORMED_QUERY", `unexpected token: '${token ?? "EOF"}'`)
  }

  return either()
}

/** The parser's right-leaning list, with parentheses as counts, as a plain list of tokens. */
function tokensOf(where: WhereClause, column: (path: string) => Column): Token[] {
  const tokens: Token[] = []
  let clause: WhereClause | undefined = where
  while (clause !== undefined) {
    const left = clause.left as (Condition & { openParen?: number; closeParen?: number }) | null
    for (let open = left?.openParen ?? 0; open > 0; open--) tokens.push("(")
    const comparison = left as Comparison | null
    if (comparison?.field !== undefined)
      tokens.push({ test: comparisonTest(comparison, column(comparison.field)) })
    else if (comparison !== null && "valueQuery" in comparison) {
      throw new SoqlError("MALFORMED_QUERY", "Semi-join sub-selects are not simulated.")
    }
    for (let close = left?.closeParen ?? 0; close > 0; close--) tokens.push(")")
    const operator = "operator" in clause ? clause.operator : undefined
    if (operator !== undefined) tokens.push(operator as "AND" | "OR" | "NOT")
    clause = "right" in clause ? clause.right : undefined
  }
  return tokens
}

function comparisonTest(comparison: Comparison, column: Column): Test {
  const { operator } = comparison
  if (column.field.type === "address") {
    const message = `Can not filter on compound field '${column.path}'`
    throw new SoqlError("INVALID_FIELD", message)
  }
  if (!column.field.filterable) {
    const message = `field '${column.path}' can not be filtered in a query call`
    throw new SoqlError("INVALID_FIELD", message)
  }
  const given = Array.isArray(comparison.value) ? comparison.value : [comparison.value ?? ""]
  const types = Array.isArray(comparison.literalType)
    ? comparison.literalType
    : given.map(() => comparison.literalType as string)
  const values = given.map((text, index) => literal(column, text, types[index] ?? "STRING"))
  const [wanted = null] = values
  switch (operator) {
    case "NOT IN": {
      const among = new Set(values)
      return (row, snapshot) => !among.has(key(column, row, snapshot))
    }
    case "IN":
    case "=": {
      const among = new Set(values)
      const test: Test = (row, snapshot) => among.has(key(column, row, snapshot))
      return column.path === "Id" ? withIds(test, among as Set<string>) : test
    }
    case "!=":
    case "<>":
      return (row, snapshot) => key(column, row, snapshot) !== wanted
    case "LIKE": {
      const pattern = likePattern(String(wanted))
      return (row, snapshot) => {
        const value = column.read(row, snapshot)
        return typeof value === "string" && pattern.test(value)
      }
    }
    case "<":
    case "<=":
    case ">":
    case ">=":
      return ordered(operator, column, wanted)
    default:
      throw new SoqlError("MALFORMED_QUERY", `The operator ${operator} is not simulated.`)
  }
}

function withIds(test: Test, ids: ReadonlySet<string> | undefined): Test {
  return ids === undefined ? test : Object.assign(test, { ids })
}

function ordered(operator: string, column: Column, wanted: Value): Test {
  if (wanted === null) throw new SoqlError("INVALID_OPERATOR", `invalid operator on null: ${operator}`)
  return (row, snapshot) => {
    const value = key(column, row, snapshot)
    if (value === null) return false
    if (operator === "<") return value < wanted
    if (operator === "<=") return value <= wanted
    return operator === ">" ? value > wanted : value >= wanted
  }
}

/** Texts compare without regard to case in SOQL; ids by their 18 characters. */
function key(column: Column, row: Row, snapshot: Snapshot): Value {
  const value = column.read(row, snapshot)
  return typeof value === "string" && !isId(column) ? value.toLowerCase() : value
}

function isId(column: Column): boolean {
  return column.field.type === "id" || column.field.type === "reference"
}

/** A literal as the value its column would store; refused where the types do not fit. */
function literal(column: Column, text: string, type: string): Value {
  if (type === "NULL") return null
  const { type: fieldType } = column.field
  const mismatch = new SoqlError(
    "INVALID_FIELD",
    `value of filter criterion for field '${column.path}' must be of type ${fieldType} and should not be enclosed in quotes`,
  )
  switch (fieldType) {
    case "datetime": {
      const time = type === "DATETIME" ? Date.parse(text) : Number.NaN
      if (Number.isNaN(time)) throw mismatch
      return time
    }
    case "date":
      if (type !== "DATE") throw mismatch
      return text
    case "boolean":
      if (type !== "BOOLEAN") throw mismatch
      return text.toUpperCase() === "TRUE"
    case "int":
    case "double":
    case "currency":
    case "percent":
      if (Number.isNaN(Number(text))) throw mismatch
      return Number(text)
    default: {
      if (type !== "STRING") throw mismatch
      const plain = unquoted(text)
      if (!isId(column)) return plain.toLowerCase()
      const id = toId18(plain)
      if (id === undefined)
        throw new SoqlError("INVALID_QUERY_FILTER_OPERATOR", `${column.path}: invalid ID field: ${plain}`)
      return id
    }
  }
}

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" }

function unquoted(text: string): string {
  return text.replace(/^'|'$/g, "").replace(/\\(.)/gs, (whole, character: string) => {
    if (character === "_" || character === "%") return whole
    return escapes[character] ?? character
  })
}

function likePattern(like: string): RegExp {
  const source = like.replace(
    /\\([%_])|([%_])|[\\^$.*+?()[\]{}|]/g,
    (part, escaped?: string, wild?: string) => {
      if (escaped !== undefined) return escaped
      if (wild !== undefined) return wild === "%" ? ".*" : "."
      return `\\${part}`
    },
  )
  return new RegExp(`^${source}$`, "is")
}
