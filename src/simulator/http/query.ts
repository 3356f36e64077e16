import type { FastifyInstance } from "fastify"
import type { Org } from "../org/org.ts"
import { RecordIds } from "../org/record_id.ts"
import type { Row } from "../org/row.ts"
import type { Snapshot } from "../org/snapshot.ts"
import { compileQuery, type Query } from "../soql/query.ts"
import { ApiError, notFound, toApiError } from "./api_error.ts"
import { restRecord } from "./rest_record.ts"

/** Records a page, at most and by default; a client may ask for as few as smallestPage. */
const largestPage = 2000
const smallestPage = 200
/** Cursors a user may have open; the oldest is dropped (SOQL and SOSL limits). */
const mostCursors = 10
/** Queries in one composite request (resources_composite_composite.htm). */
const mostQueries = 5

/** One call in the body of a composite request. */
interface Subrequest {
  method: string
  url: string
  referenceId: string
}

interface Cursor {
  query: Query
  rows: readonly Row[]
  snapshot: Snapshot
  pageSize: number
}

/**
 * `/query` and `/queryAll` with paging by nextRecordsUrl, against what is visible when the query begins; and queries in
 * the body of a composite request.
 */
export function queryRoutes(server: FastifyInstance, org: Org): void {
  const cursors = new Map<string, Cursor>()
  const ids = new RecordIds(org.random.below(2 ** 31))

  server.post("/services/data/:version/composite", async (request) => {
    const { compositeRequest } = (request.body ?? {}) as { compositeRequest?: Subrequest[] }
    if (!Array.isArray(compositeRequest) || compositeRequest.length === 0) {
      throw new ApiError(400, "JSON_PARSER_ERROR", "The body must have the list compositeRequest.")
    }
    if (compositeRequest.length > mostQueries) {
      throw new ApiError(400, "PROCESSING_HALTED", `At most ${mostQueries} queries in one composite request.`)
    }
    return { compositeResponse: compositeRequest.map(subanswer) }
  })

  for (const resource of ["query", "queryAll"] as const) {
    server.get(`/services/data/:version/${resource}`, async (request) => {
      const { q } = request.query as { q?: string }
      const { version } = request.params as { version: string }
      return answer(resource, version, q, pageSize(request.headers["sforce-query-options"]))
    })

    server.get(`/services/data/:version/${resource}/:locator`, async (request) => {
      const { locator, version } = request.params as { locator: string; version: string }
      const [, id = "", offset = ""] = /^([0-9A-Za-z]{18})-(\d+)$/.exec(locator) ?? []
      const cursor = cursors.get(id)
      if (cursor === undefined) throw new ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
      return page(cursor, id, Number(offset), version, resource)
    })
  }

  /** Like an answer of its own, whose status stands in the body; only queries are simulated. */
  function subanswer({ method, url, referenceId }: Subrequest): object {
    const asked = new URL(url, "https://simulated.example")
    const [, version = "", resource = ""] =
      /^\/services\/data\/([^/]+)\/(query|queryAll)\/?$/.exec(asked.pathname) ?? []
    try {
      if (method !== "GET" || resource === "") throw notFound()
      const q = asked.searchParams.get("q") ?? undefined
      const body = answer(resource as "query" | "queryAll", version, q, largestPage)
      return { body, httpHeaders: {}, httpStatusCode: 200, referenceId }
    } catch (error) {
      const refused = toApiError(error)
      return { body: refused.body(), httpHeaders: {}, httpStatusCode: refused.status, referenceId }
    }
  }

  function answer(
    resource: "query" | "queryAll",
    version: string,
    q: string | undefined,
    pageSize: number,
  ): object {
    if (q === undefined) throw new ApiError(400, "MALFORMED_QUERY", "A query is required: parameter q.")
    const query = compileQuery(org, q)
    const snapshot = org.snapshot()
    const rows = query.run(snapshot, resource === "queryAll")
    if (query.isCount) return { totalSize: rows.length, done: true, records: [] }
    const cursor = { query, rows, snapshot, pageSize }
    const id = ids.next("0r8")
    if (rows.length > cursor.pageSize) keep(id, cursor)
    return page(cursor, id, 0, version, resource)
  }

  function keep(id: string, cursor: Cursor): void {
    cursors.set(id, cursor)
    if (cursors.size > mostCursors) cursors.delete(cursors.keys().next().value as string)
  }

  function page(cursor: Cursor, id: string, offset: number, version: string, resource: string): object {
    const { query, rows, snapshot, pageSize } = cursor
    const next = offset + pageSize
    const records = rows
      .slice(offset, next)
      .map((row) => restRecord(org, query.object, query.columns, row, snapshot, version))
    if (next >= rows.length) return { totalSize: rows.length, done: true, records }
    const nextRecordsUrl = `/services/data/${version}/${resource}/${id}-${next}`
    return { totalSize: rows.length, done: false, nextRecordsUrl, records }
  }
}

function pageSize(header: string | string[] | undefined): number {
  const asked = Number(/batchSize=(\d+)/i.exec(String(header ?? ""))?.[1] ?? largestPage)
  return Math.min(largestPage, Math.max(smallestPage, asked))
}
