import assert from "node:assert/strict"
import { test } from "node:test"
import { createLog } from "../../src/base/log.ts"
import { registry } from "../../src/metrics/index.ts"
import { type Routes, startHttp } from "../../src/server/http.ts"
import type { Probe } from "../../src/server/readiness.ts"
import { healthRoutes } from "../../src/server/routes/health.ts"
import { metricsRoutes } from "../../src/server/routes/metrics.ts"

const token = "0123456789abcdef0123456789abcdef"
const well: Probe = { name: "database", required: true, ask: async () => "db.internal is reachable" }
const page: Routes = (app) => app.get("/page", async () => "a page")

const server = await startHttp({
  host: "127.0.0.1",
  port: 0,
  token,
  log: createLog("silent"),
  routes: [healthRoutes([well]), metricsRoutes(registry), page],
})
test.after(() => server.stop())

function get(path: string, authorization?: string): Promise<Response> {
  return fetch(`${server.url}${path}`, { headers: authorization === undefined ? {} : { authorization } })
}

for (const path of ["/metrics", "/page", "/no-such-path"]) {
  test(`${path} is 401 without the token and says how to send it`, async () => {
    const answer = await get(path)
    assert.equal(answer.status, 401)
    assert.match(
      answer.headers.get("www-authenticate") ?? "",
      /^Basic realm="sf-shadow", .*Bearer realm="sf-shadow"$/,
    )
    const text = await answer.text()
    assert.match(text, /Authorization: Bearer/)
    assert.doesNotMatch(text, new RegExp(token))
  })
}

test("the token opens every path, as Bearer and, for browsers, as the password of Basic", async () => {
  const basic = (user: string, password: string) =>
    `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`
  for (const authorization of [`Bearer ${token}`, `bearer ${token}`, basic("", token), basic("me", token)]) {
    assert.equal((await get("/metrics", authorization)).status, 200, authorization)
    assert.equal((await get("/page", authorization)).status, 200, authorization)
  }
  assert.equal((await get("/no-such-path", `Bearer ${token}`)).status, 404)
})

test("a wrong token is refused, whatever its length and form", async () => {
  const wrong = [
    "Bearer",
    "Bearer ",
    `Bearer ${token}x`,
    `Bearer ${token.slice(1)}`,
    token,
    `Basic ${token}`,
    `Basic ${Buffer.from(`${token}:`).toString("base64")}`,
    `Token ${token}`,
    `Bearer ${"x".repeat(4000)}`,
  ]
  for (const authorization of wrong) {
    assert.equal((await get("/metrics", authorization)).status, 401, authorization)
  }
})

test("orchestrators need no token for healthz and readyz, and learn no details without it", async () => {
  assert.equal((await get("/healthz")).status, 200)
  const anonymous = await get("/readyz")
  assert.equal(anonymous.status, 200)
  assert.deepEqual(await anonymous.json(), { ready: true })
  const trusted = (await (await get("/readyz", `Bearer ${token}`)).json()) as { checks: object }
  assert.deepEqual(Object.keys(trusted.checks), ["database"])
})
