import type { FastifyInstance } from "fastify"
import type { Org } from "../org/org.ts"
import { RecordIds } from "../org/record_id.ts"
import { compileQuery, type Query } from "../soql/query.ts"
import { ApiError, notFound } from "./api_error.ts"
import { BulkJob } from "./bulk_job.ts"
import { bulkResultRoutes } from "./bulk_results.ts"
import { delimiters } from "./csv.ts"

/** How the org runs query jobs. */
export interface BulkOptions {
  /** How long a job takes from creation to JobComplete, ms, from and to. */
  bulkJobMs: readonly [number, number]
  /** Records a result page has at most, whatever `maxRecords` asks for. */
  bulkPageRecords: number
  /** The org's jobs by id, which an org that moves takes along, or not. */
  jobs: Map<string, BulkJob>
}

/** Bulk API 2.0 query jobs: create, look, abort, delete; their results are in `bulk_results.ts`. */
export function bulkQueryRoutes(server: FastifyInstance, org: Org, options: BulkOptions): void {
  const { jobs } = options
  const ids = new RecordIds(org.random.below(2 ** 31))
  const path = "/services/data/:version/jobs/query"
  const job = (id: string) => {
    const found = jobs.get(id)
    if (found === undefined) throw notFound()
    return found
  }

  server.post(path, async (request) => {
    const { version } = request.params as { version: string }
    const asked = (request.body ?? {}) as Record<string, string | undefined>
    const { bulkQueryJobs, bulkQueryStorageMb } = org.usage
    if (bulkQueryJobs.used >= bulkQueryJobs.max) {
      const message = `Max bulk v2 query jobs (${bulkQueryJobs.max}) per 24 hrs has been reached (${bulkQueryJobs.used})`
      throw new ApiError(400, "LIMIT_EXCEEDED", message)
    }
    if (bulkQueryStorageMb.used >= bulkQueryStorageMb.max) {
      const kb = bulkQueryStorageMb.max * 1024
      const message = `Max bulk v2 query result size stored (${kb}) kb per 24 hrs has been exceeded`
      throw new ApiError(400, "LIMIT_EXCEEDED", message)
    }
    const {
      operation,
      query: text,
      columnDelimiter = "COMMA",
      lineEnding = "LF",
      contentType = "CSV",
    } = asked
    if (operation !== "query" && operation !== "queryAll") refuse("operation", operation)
    if (contentType !== "CSV") refuse("contentType", contentType)
    if (lineEnding !== "LF" && lineEnding !== "CRLF") refuse("lineEnding", lineEnding)
    const delimiter = delimiters[columnDelimiter]
    if (delimiter === undefined) refuse("columnDelimiter", columnDelimiter)
    const created = new BulkJob(
      org,
      {
        id: ids.next("750"),
        operation,
        query: bulkQuery(org, text ?? ""),
        columnDelimiter,
        lineEnding,
        format: { delimiter, lineEnd: lineEnding === "LF" ? "\n" : "\r\n" },
        apiVersion: version,
      },
      options.bulkJobMs,
      ids.next("0Ga"),
    )
    bulkQueryJobs.used++
    jobs.set(created.request.id, created)
    return created.created()
  })

  server.get(`${path}/:id`, async (request) => job((request.params as { id: string }).id).info())

  server.patch(`${path}/:id`, async (request) => {
    const found = job((request.params as { id: string }).id)
    const { state } = (request.body ?? {}) as { state?: string }
    if (state !== "Aborted") refuse("state", state)
    found.abort()
    org.usage.abortedJobs++
    return found.info()
  })

  server.delete(`${path}/:id`, async (request, reply) => {
    const { id } = request.params as { id: string }
    if (job(id).state === "InProgress") {
      throw new ApiError(400, "INVALIDJOBSTATE", "Deleting not allowed: the job's state is InProgress.")
    }
    jobs.delete(id)
    return reply.code(204).send()
  })

  bulkResultRoutes(server, org, job, options.bulkPageRecords)
}

function bulkQuery(org: Org, text: string): Query {
  const query = compileQuery(org, text)
  if (!query.object.hasBulk) {
    const message = `Entity '${query.object.name}' is not supported by the Bulk API.`
    throw new ApiError(400, "INVALIDENTITY", message)
  }
  if (query.isCount) {
    const message = "Implementation restriction: aggregate queries are not supported by the Bulk API."
    throw new ApiError(400, "API_ERROR", message)
  }
  if (query.columns.some((column) => column.field.type === "address")) {
    throw new ApiError(400, "API_ERROR", "Selecting compound data not supported in Bulk Query")
  }
  return query
}

function refuse(property: string, value: string | undefined): never {
  throw new ApiError(400, "INVALIDJOB", `Unsupported value for ${property}: ${value ?? "none"}`)
}
