import fastify from "fastify"
import type { Registry } from "prom-client"
import type { Log } from "../log.ts"
import { type Probe, readiness } from "./readiness.ts"

export interface HttpOptions {
  host: string
  /** 0: any free port. */
  port: number
  log: Log
  registry: Registry
  /** What /readyz asks, each time it is called. */
  probes: readonly Probe[]
}

export interface HttpServer {
  /** For instance http://127.0.0.1:9464 */
  url: string
  stop(): Promise<void>
}

/**
 * Serves /healthz (the process lives), /readyz (200 or 503 with its checks, design section 9) and /metrics.
 *
 * @throws Error naming HTTP_PORT or HTTP_HOST when the address cannot be used
 */
export async function startHttp({ host, port, log, registry, probes }: HttpOptions): Promise<HttpServer> {
  // Open keep-alive connections of a scraper must not hold up the end of the process.
  const app = fastify({ logger: false, forceCloseConnections: true })

  app.get("/healthz", async () => ({ status: "ok" }))

  app.get("/readyz", async (_request, reply) => {
    const result = await readiness(probes)
    return reply.code(result.ready ? 200 : 503).send(result)
  })

  app.get("/metrics", async (_request, reply) => {
    return reply.type(registry.contentType).send(await registry.metrics())
  })

  app.setErrorHandler((error: Error, request, reply) => {
    log.error({ event: "http_request_failed", err: error, path: request.url }, "an HTTP request failed")
    return reply.code(500).send({ error: "internal error, see the log" })
  })

  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    throw new Error(addressFault(error as NodeJS.ErrnoException, host, port), { cause: error })
  }
  const address = app.server.address() as { port: number }
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`
  log.info({ event: "http_started", url }, `HTTP on ${url}: /healthz /readyz /metrics`)
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
