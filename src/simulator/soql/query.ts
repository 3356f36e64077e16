import {
  type FieldType,
  type OrderByClause,
  type OrderByFieldClause,
  type Query as ParsedQuery,
  parseQuery,
} from "@jetstreamapp/soql-parser-js"
import type { ObjectDescription } from "../org/object_description.ts"
import type { Org } from "../org/org.ts"
import type { Row } from "../org/row.ts"
import type { Snapshot } from "../org/snapshot.ts"
import { type Column, findColumn } from "./columns.ts"
import { compileWhere, type Test } from "./condition.ts"
import { SoqlError } from "./soql_error.ts"

/** Characters (salesforce_app_limits_platform_soslsoql.htm). */
const longestQuery = 100_000

/** A query that the org understood and can run against any snapshot of it. */
export interface Query {
  object: ObjectDescription
  /** The selected fields in their order; empty for COUNT(). */
  columns: readonly Column[]
  isCount: boolean
  /** True with ORDER BY or LIMIT: only then do the rows come in an order of their own. */
  isOrdered: boolean
  /** The rows that the query finds, deleted ones too with `withDeleted` (queryAll). */
  run(snapshot: Snapshot, withDeleted: boolean): Row[]
}

/** Parses and resolves a SOQL text. Throws SoqlError as Salesforce would refuse it. */
export function compileQuery(org: Org, text: string): Query {
  if (text.length > longestQuery) {
    throw new SoqlError(
      "MALFORMED_QUERY",
      `SOQL statements cannot be longer than ${longestQuery} characters.`,
    )
  }
  const parsed = parse(text)
  const object = [...org.objects.values()].find(
    (one) => one.name.toLowerCase() === parsed.sObject?.toLowerCase(),
  )
  if (object === undefined) {
    const message = `sObject type '${parsed.sObject}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`
    throw new SoqlError("INVALID_TYPE", message)
  }
  refuseUnsupported(parsed)
  const column = (path: string) => findColumn(org, object, path, text)
  const fields = parsed.fields ?? []
  const isCount =
    fields.length === 1 && (fields[0] as { rawValue?: string }).rawValue?.toUpperCase() === "COUNT()"
  const columns = isCount ? [] : fields.map((field) => column(fieldPath(field)))
  const meets: Test | undefined = parsed.where === undefined ? undefined : compileWhere(parsed.where, column)
  const compare = compareBy(orderBys(parsed), column)
  const { limit, offset = 0 } = parsed
  return {
    object,
    columns,
    isCount,
    isOrdered: compare !== undefined || limit !== undefined,
    run(snapshot, withDeleted) {
      const rows: Row[] = []
      for (const row of candidates(snapshot, object.name, withDeleted, meets?.ids)) {
        if (meets === undefined || meets(row, snapshot)) rows.push(row)
        if (compare === undefined && limit !== undefined && rows.length >= limit + offset) break
      }
      if (compare !== undefined) rows.sort((a, b) => compare(a, b, snapshot))
      return limit === undefined && offset === 0
        ? rows
        : rows.slice(offset, limit === undefined ? undefined : offset + limit)
    },
  }
}

function* candidates(
  snapshot: Snapshot,
  object: string,
  withDeleted: boolean,
  ids: ReadonlySet<string> | undefined,
): Generator<Row> {
  if (ids === undefined) {
    yield* snapshot.rows(object, withDeleted)
    return
  }
  for (const id of ids) {
    const row = snapshot.row(object, id)
    if (row !== null && (withDeleted || !snapshot.isDeleted(object, row))) yield row
  }
}

function parse(text: string): ParsedQuery {
  try {
    return parseQuery(text)
  } catch (error) {
    const first = error instanceof Error ? error.message.split("\n")[0] : String(error)
    throw new SoqlError("MALFORMED_QUERY", `\n${text.slice(0, 60)}\n^\nERROR at Row:1:Column:1\n${first}`)
  }
}

function refuseUnsupported(parsed: ParsedQuery): void {
  if (parsed.groupBy !== undefined || parsed.having !== undefined) {
    throw new SoqlError("MALFORMED_QUERY", "GROUP BY and HAVING are not simulated.")
  }
}

function fieldPath(field: FieldType): string {
  if (field.type === "Field") return field.field
  if (field.type === "FieldRelationship") return `${field.relationships.join(".")}.${field.field}`
  throw new SoqlError("MALFORMED_QUERY", `Only plain fields and COUNT() are simulated, not ${field.type}.`)
}

type Compare = (a: Row, b: Row, snapshot: Snapshot) => number

function orderBys(parsed: ParsedQuery): OrderByFieldClause[] {
  const given: readonly OrderByClause[] = parsed.orderBy === undefined ? [] : [parsed.orderBy].flat()
  return given.map((one) => {
    if ("field" in one) return one
    throw new SoqlError("MALFORMED_QUERY", "ORDER BY a function is not simulated.")
  })
}

function compareBy(orders: OrderByFieldClause[], column: (path: string) => Column): Compare | undefined {
  if (orders.length === 0) return undefined
  const keys = orders.map((order) => ({
    column: column(order.field),
    direction: order.order === "DESC" ? -1 : 1,
    nulls: order.nulls === "LAST" ? 1 : -1,
  }))
  return (a, b, snapshot) => {
    for (const { column: by, direction, nulls } of keys) {
      const [left, right] = [by.read(a, snapshot), by.read(b, snapshot)]
      if (left === right) continue
      if (left === null) return nulls
      if (right === null) return -nulls
      return left < right ? -direction : direction
    }
    return 0
  }
}
