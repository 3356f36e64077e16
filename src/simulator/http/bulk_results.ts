import { Readable } from "node:stream"
import { createGzip } from "node:zlib"
import type { FastifyInstance } from "fastify"
import type { Org } from "../org/org.ts"
import { ApiError } from "./api_error.ts"
import type { BulkJob } from "./bulk_job.ts"
import { csvPieces } from "./csv.ts"

/** How many pages one `resultPages` answer lists. */
const mostPages = 5

/** The results of query jobs: CSV pages that are made while they are sent, and the list of pages. */
export function bulkResultRoutes(
  server: FastifyInstance,
  org: Org,
  job: (id: string) => BulkJob,
  pageRecords: number,
): void {
  const path = "/services/data/:version/jobs/query/:id"

  server.get(`${path}/results`, async (request, reply) => {
    const { id, version } = request.params as { id: string; version: string }
    const asked = request.query as { locator?: string; maxRecords?: string }
    const found = job(id)
    const { query, format, apiVersion } = found.request
    if (version !== apiVersion) {
      const message = `The job was created with API version ${apiVersion}; ask for its results with that version.`
      throw new ApiError(409, "CONFLICT", message)
    }
    const { rows, snapshot } = found.result()
    const from = asked.locator === undefined ? 0 : found.offset(asked.locator)
    const to = Math.min(rows.length, from + pageSize(asked.maxRecords))
    reply
      .header("content-type", "text/csv; charset=UTF-8")
      .header("sforce-locator", to < rows.length ? found.locator(to) : "null")
      .header("sforce-numberofrecords", String(to - from))
    const applies = (settings: { object?: string }) =>
      (settings.object ?? query.object.name) === query.object.name
    if (to === from && org.faults.strike("bulk.empty-body", applies) !== undefined) return reply.send("")
    const body = Readable.from(csvPieces(query.columns, rows, [from, to], snapshot, format), {
      objectMode: false,
    })
    if (!/\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""))) return reply.send(body)
    const gzip = createGzip({ level: 1 })
    body.on("error", (error) => gzip.destroy(error))
    gzip.on("close", () => body.destroy())
    return reply.header("content-encoding", "gzip").send(body.pipe(gzip))
  })

  server.get(`${path}/resultPages`, async (request) => {
    const { id, version } = request.params as { id: string; version: string }
    const { locator, maxRecords } = request.query as { locator?: string; maxRecords?: string }
    const found = job(id)
    const { rows } = found.result()
    const size = pageSize(maxRecords)
    const base = `/services/data/${version}/jobs/query/${id}`
    const resultPages: { resultUrl: string }[] = []
    let offset = locator === undefined ? 0 : found.offset(locator)
    for (; offset < rows.length && resultPages.length < mostPages; offset += size) {
      const parameters = new URLSearchParams({ locator: found.locator(offset), maxRecords: String(size) })
      resultPages.push({ resultUrl: `${base}/results?${parameters}` })
    }
    if (offset >= rows.length) return { resultPages, done: true }
    const next = new URLSearchParams({ locator: found.locator(offset), maxRecords: String(size) })
    return { resultPages, nextRecordsUrl: `${base}/resultPages?${next}`, done: false }
  })

  function pageSize(maxRecords: string | undefined): number {
    if (maxRecords === undefined) return pageRecords
    const asked = Number(maxRecords)
    if (!Number.isInteger(asked) || asked < 1) {
      throw new ApiError(400, "INVALID_PARAMETER", `Invalid value for maxRecords: ${maxRecords}`)
    }
    return Math.min(asked, pageRecords)
  }
}
