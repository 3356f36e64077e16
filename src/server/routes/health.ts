import type { Routes } from "../http.ts"
import { type Probe, readiness } from "../readiness.ts"

/**
 * /healthz (the process lives) and /readyz (200 or 503), open to orchestrators. Who has not shown
 * the token is told no more than `ready`: the checks name hosts and topics.
 *
 * @param probes what /readyz asks, each time it is called
 */
export function healthRoutes(probes: readonly Probe[]): Routes {
  return (app) => {
    app.get("/healthz", { config: { open: true } }, async () => ({ status: "ok" }))

    app.get("/readyz", { config: { open: true } }, async (request, reply) => {
      const { ready, checks } = await readiness(probes)
      return reply.code(ready ? 200 : 503).send(request.isTrusted ? { ready, checks } : { ready })
    })
  }
}
