import assert from "node:assert/strict"
import { get } from "node:http"
import { test } from "node:test"
import { createLog } from "../../src/base/log.ts"
import { registry } from "../../src/metrics/index.ts"
import { startHttp } from "../../src/server/http.ts"
import type { Probe } from "../../src/server/readiness.ts"
import { healthRoutes } from "../../src/server/routes/health.ts"
import { metricsRoutes } from "../../src/server/routes/metrics.ts"

const well: Probe = { name: "database", required: true, ask: async () => "db.internal is reachable" }
const server = await startHttp({
  host: "127.0.0.1",
  port: 0,
  log: createLog("silent"),
  routes: [healthRoutes([well]), metricsRoutes(registry)],
})
test.after(() => server.stop())

/** As a browser asks whose page's host name leads to this machine: fetch would not send another Host. */
function ask(path: string, host: string): Promise<{ status?: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(server.url)
    get(`${server.url}${path}`, { headers: { host: host.replace("PORT", port) } }, async (answer) => {
      const text = (await answer.toArray()).join("")
      resolve({ status: answer.statusCode, text })
    }).on("error", reject)
  })
}

test("a page of another host name, pointed to this machine, reads nothing", async () => {
  for (const host of ["evil.example:PORT", "evil.example", "127.0.0.1.evil.example:PORT", "localhost.evil"]) {
    const { status, text } = await ask("/metrics", host)
    assert.equal(status, 421, host)
    assert.match(text, /no name of this machine.*HTTP_TOKEN/)
    assert.deepEqual(JSON.parse((await ask("/readyz", host)).text), { ready: true }, "no details")
  }
})

test("every name of this machine is answered", async () => {
  for (const host of ["localhost:PORT", "127.0.0.1:PORT", "127.0.0.1", "127.1.2.3:PORT", "[::1]:PORT"]) {
    assert.equal((await ask("/metrics", host)).status, 200, host)
  }
})
