import fastify, { type FastifyInstance } from "fastify"
import type { Log } from "../base/log.ts"
import { guardRoutes } from "./access.ts"

/**
 * Adds routes that belong together to the server, before it listens. Access is checked before every route
 * (access.ts); `app.addHook("onClose", ...)` ends what they keep open.
 */
export type Routes = (app: FastifyInstance) => void

export interface HttpOptions {
  host: string
  /** 0: any free port. */
  port: number
  /** HTTP_TOKEN; undefined only where nobody but this host reaches the port. */
  token?: string
  log: Log
  routes: readonly Routes[]
}

export interface HttpServer {
  /** For instance http://127.0.0.1:9464 */
  url: string
  stop(): Promise<void>
}

/**
 * Serves the routes, each only to those who may see it.
 *
 * @throws Error naming HTTP_PORT or HTTP_HOST when the address cannot be used
 */
export async function startHttp({ host, port, token, log, routes }: HttpOptions): Promise<HttpServer> {
  // Open keep-alive connections of a scraper must not hold up the end of the process.
  const app = fastify({ logger: false, forceCloseConnections: true })
  const paths: string[] = []
  app.addHook("onRoute", ({ method, url }) => {
    if (method === "GET") paths.push(url)
  })
  guardRoutes(app, token)

  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `there is no ${request.method} ${request.url.split("?")[0]}`, paths }),
  )
  app.setErrorHandler((error: Error, request, reply) => {
    log.error({ event: "http_request_failed", err: error, path: request.url }, "an HTTP request failed")
    return reply.code(500).send({ error: "internal error, see the log" })
  })
  for (const add of routes) add(app)

  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    throw new Error(addressFault(error as NodeJS.ErrnoException, host, port), { cause: error })
  }
  const address = app.server.address() as { port: number }
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`
  log.info({ event: "http_started", url }, `HTTP on ${url}: ${paths.join(" ")}`)
  return { url, stop: () => app.close() }
}

function addressFault(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `HTTP_PORT ${port} on ${host} is in use by another process. Stop that one, or set HTTP_PORT to another port (0: any).`
    case "EACCES":
      return `HTTP_PORT ${port} needs rights that this process lacks. Set HTTP_PORT to 1024 or higher.`
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `HTTP_HOST ${host} is no address of this machine. Set it to 127.0.0.1, or 0.0.0.0 for all.`
    default:
      return `The HTTP server could not listen on ${host}:${port}: ${error.message}`
  }
}
