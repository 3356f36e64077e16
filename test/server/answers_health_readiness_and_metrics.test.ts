import assert from "node:assert/strict"
import { createServer } from "node:net"
import { test } from "node:test"
import { createLog } from "../../src/base/log.ts"
import { countFailure, registry } from "../../src/metrics/index.ts"
import { type HttpServer, startHttp } from "../../src/server/http.ts"
import type { Probe } from "../../src/server/readiness.ts"
import { healthRoutes } from "../../src/server/routes/health.ts"
import { metricsRoutes } from "../../src/server/routes/metrics.ts"

const log = createLog("silent")

function serve(probes: Probe[]): Promise<HttpServer> {
  const routes = [healthRoutes(probes), metricsRoutes(registry)]
  return startHttp({ host: "127.0.0.1", port: 0, log, routes })
}

async function withServer(probes: Probe[], use: (url: string) => Promise<void>): Promise<void> {
  const server = await serve(probes)
  try {
    await use(server.url)
  } finally {
    await server.stop()
  }
}

const well: Probe = { name: "database", required: true, ask: async () => "reachable" }

test("healthz answers even when nothing is ready", async () => {
  const broken: Probe = { name: "database", required: true, ask: () => Promise.reject(new Error("refused")) }
  await withServer([broken], async (url) => {
    const answer = await fetch(`${url}/healthz`)
    assert.equal(answer.status, 200)
    assert.deepEqual(await answer.json(), { status: "ok" })
  })
})

test("readyz is 503 with the reason when a required check fails, and 200 again afterwards", async () => {
  let fault: Error | undefined = new Error("database is not migrated: run migrate")
  const schema: Probe = {
    name: "schema",
    required: true,
    ask: async () => (fault ? Promise.reject(fault) : "version 4"),
  }
  await withServer([well, schema], async (url) => {
    const before = await fetch(`${url}/readyz`)
    assert.equal(before.status, 503)
    assert.deepEqual(await before.json(), {
      ready: false,
      checks: {
        database: { ok: true, required: true, message: "reachable" },
        schema: { ok: false, required: true, message: "database is not migrated: run migrate" },
      },
    })
    fault = undefined
    assert.equal((await fetch(`${url}/readyz`)).status, 200)
  })
})

test("Salesforce being down is shown by readyz and is no 503", async () => {
  const down: Probe = {
    name: "salesforce",
    required: false,
    ask: () => Promise.reject(new Error("login host unreachable")),
  }
  await withServer([well, down], async (url) => {
    const answer = await fetch(`${url}/readyz`)
    assert.equal(answer.status, 200)
    const { checks } = (await answer.json()) as { checks: Record<string, unknown> }
    assert.deepEqual(checks.salesforce, { ok: false, required: false, message: "login host unreachable" })
  })
})

test("a check without an answer makes readyz 503 within three seconds", async () => {
  const hanging: Probe = { name: "database", required: true, ask: () => new Promise(() => {}) }
  await withServer([hanging], async (url) => {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3_000) })
    assert.equal(answer.status, 503)
  })
})

test("metrics has the sync counters in Prometheus text form, and the process's own", async () => {
  countFailure("Product2", "bulk_to_shadow", "INVALID_FIELD")
  await withServer([well], async (url) => {
    const answer = await fetch(`${url}/metrics`)
    assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/)
    const text = await answer.text()
    assert.match(text, /^# TYPE sf_shadow_sync_events_total counter$/m)
    assert.match(
      text,
      /^sf_shadow_sync_failures_total\{object="Product2",stage="bulk_to_shadow",reason="INVALID_FIELD"\} 1$/m,
    )
    assert.match(text, /^process_resident_memory_bytes \d+/m)
  })
})

test("a port in use is an error that names HTTP_PORT", async () => {
  const other = createServer()
  const port = await new Promise<number>((listening) => {
    other.listen(0, "127.0.0.1", () => listening((other.address() as { port: number }).port))
  })
  try {
    await assert.rejects(
      startHttp({ host: "127.0.0.1", port, log, routes: [] }),
      new RegExp(`HTTP_PORT ${port} on 127\\.0\\.0\\.1 is in use by another process`),
    )
  } finally {
    other.close()
  }
})

test("stop does not wait for a client that keeps its connection open", async () => {
  const server = await serve([well])
  await (await fetch(`${server.url}/healthz`)).text()
  const started = Date.now()
  await server.stop()
  assert.ok(Date.now() - started < 2_000, "stop took two seconds or more")
})
