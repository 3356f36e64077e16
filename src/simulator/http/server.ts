import type { AddressInfo } from "node:net"
import type { Readable } from "node:stream"
import { fastify } from "fastify"
import type { NetworkLines } from "../network.ts"
import type { Org } from "../org/org.ts"
import { ApiError, notFound, toApiError } from "./api_error.ts"
import { type BulkOptions, bulkQueryRoutes } from "./bulk_query.ts"
import { describeRoutes } from "./describe.ts"
import { answerWithFault, faultyBody, longQuery } from "./fault_answers.ts"
import { limitInfo, limitRoutes } from "./limits.ts"
import { answerMoved, type Moved } from "./moved.ts"
import { bearer, type ConnectedApp, oauthRoutes } from "./oauth.ts"
import { queryRoutes } from "./query.ts"
import { recordRoutes } from "./records.ts"
import type { Sessions } from "./sessions.ts"

/** Salesforce answers 414 to longer URIs; header fields come on top. */
const longestUri = 16_384
/** A composite request may bring a query of 100,000 characters, encoded. */
const largestBody = 6 * 1024 * 1024
/** Pages of records by REST. */
const queryPath = /^\/services\/data\/[^/]+\/(query|queryAll|composite)\b/

/** A running HTTPS side of the simulated org. */
export interface HttpServer {
  /** "https://127.0.0.1:<port>" */
  url: string
  close(): Promise<void>
}

/** Serves OAuth, the REST API and the Bulk API 2.0 of an org over HTTPS on 127.0.0.1. */
export async function startHttpServer(
  options: {
    org: Org
    app: ConnectedApp
    sessions: Sessions
    key: string
    cert: string
    port: number
    /** What lies between the org and its clients. */
    lines: NetworkLines
    /** Stands for 127.0.0.1 in `url`. */
    hostName?: string
    /** The origin of the org's instance; its own where it is left out. */
    instanceUrl?: () => string
    /** Where the org has gone; null while this host is its instance. */
    moved?: () => Moved | null
  } & BulkOptions,
): Promise<HttpServer> {
  const { org, app, sessions, key, cert, lines, moved = () => null } = options
  const server = fastify({
    https: { key, cert, maxHeaderSize: 2 * longestUri },
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    bodyLimit: largestBody,
  })
  let url = ""

  server.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    async (_request: unknown, body: string | Buffer) => Object.fromEntries(new URLSearchParams(String(body))),
  )

  server.addHook("onRequest", (request) => lines.arrive(request.raw.socket))

  server.addHook("onRequest", async (request, reply) => {
    const away = moved()
    if (away !== null && answerMoved(away, request, reply)) return reply
    if (answerWithFault(org.faults, request, reply)) return reply
    if (request.url.length > longestUri) throw new ApiError(414, "URI_TOO_LONG", "URI Too Long")
    if (!request.url.startsWith("/services/data/")) return
    if (!sessions.isValid(bearer(request))) {
      throw new ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
    }
    const { apiRequests } = org.usage
    if (apiRequests.used >= apiRequests.max) {
      throw new ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    }
    apiRequests.used++
  })

  server.addHook<string | Buffer | Readable | null>("onSend", async (request, reply, payload) => {
    await longQuery(org.faults, request)
    if (queryPath.test(request.url)) await lines.work(lines.network.restPageMs)
    reply.header("date", new Date(org.now()).toUTCString())
    if (request.url.startsWith("/services/data/")) reply.header("sforce-limit-info", limitInfo(org))
    return lines.send(request.raw.socket, faultyBody(org.faults, request, reply, payload))
  })

  server.setNotFoundHandler(() => {
    throw notFound()
  })

  server.setErrorHandler((error, _request, reply) => {
    const answer = toApiError(error)
    return reply.code(answer.status).send(answer.body())
  })

  oauthRoutes(server, {
    org,
    app,
    sessions,
    loginUrl: () => url,
    instanceUrl: options.instanceUrl ?? (() => url),
  })
  queryRoutes(server, org)
  describeRoutes(server, org)
  limitRoutes(server, org)
  recordRoutes(server, org)
  bulkQueryRoutes(server, org, options)

  await server.listen({ host: "127.0.0.1", port: options.port })
  url = `https://${options.hostName ?? "127.0.0.1"}:${(server.server.address() as AddressInfo).port}`
  return { url, close: () => server.close() }
}
