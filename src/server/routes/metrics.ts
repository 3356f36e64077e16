import type { Registry } from "prom-client"
import type { Routes } from "../http.ts"

/** /metrics, in Prometheus's text form. */
export function metricsRoutes(registry: Registry): Routes {
  return (app) => {
    app.get("/metrics", async (_request, reply) =>
      reply.type(registry.contentType).send(await registry.metrics()),
    )
  }
}
