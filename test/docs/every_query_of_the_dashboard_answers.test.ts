import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startPrometheus, withoutPrometheus } from "../harness/prometheus.ts"
import { startRedis, withoutRedis } from "../harness/redis.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

const docs = join(import.meta.dirname, "../../docs")

interface Target {
  datasource: { uid: string }
  expr?: string
  rawSql?: string
}

interface Panel {
  id: number
  type: string
  title: string
  gridPos: { x: number; y: number; w: number; h: number }
  datasource?: { type: string; uid: string }
  targets?: Target[]
}

interface Dashboard {
  panels: Panel[]
  templating: { list: { name: string; type: string; query: string }[] }
}

const dashboard: Dashboard = JSON.parse(await readFile(join(docs, "grafana-dashboard.json"), "utf8"))
const targets = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map((target) => ({ title, ...target })),
)

/** A query as Grafana sends it: variables replaced. One that is not known here is left, and the query fails. */
function interpolated(query: string): string {
  return query.replaceAll("$__rate_interval", "1m").replaceAll("$object", ".*")
}

/** Metric names in an expression: words before a selector, a range, or what ends an operand. */
function metricsOf(expression: string): string[] {
  const withoutLabels = expression
    .replaceAll(/"[^"]*"/g, "")
    .replaceAll(/\{[^}]*\}/g, "")
    .replaceAll(/\b(by|on|without|ignoring) *\([^)]*\)/g, "")
  return [...withoutLabels.matchAll(/\b(sf_shadow|process|nodejs)_\w+/g)].map(([name]) => name)
}

test("it can be imported: panels with ids of their own that do not overlap, datasources as variables", () => {
  const { panels } = dashboard
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  const cells = new Set<string>()
  for (const { title, gridPos } of panels) {
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(!cells.has(`${x},${y}`) && x < 24, `${title} overlaps`)
        cells.add(`${x},${y}`)
      }
  }
  const variables = dashboard.templating.list.filter(({ type }) => type === "datasource")
  const uids = new Set(variables.map(({ name }) => `\${${name}}`))
  for (const { title, datasource } of targets)
    assert.ok(uids.has(datasource.uid), `${title}: ${datasource.uid}`)
})

test("every query answers as a reader asks it, from a service at work", {
  skip: withoutPrometheus || withoutRedis,
}, async (t) => {
  const { url, pool, poolAs } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, { products: 10, pricebooks: 2, accounts: 10 })
  const redis = await startRedis()
  const service = await startService(t, { ...environment(url), REDIS_URL: redis.url })
  await pool.query("select add_job('backfill')")
  await settle(org, pool, 60_000)
  org.transaction((tx) => tx.update("Product2", seeded.products[0] as string, { StockKeepingUnit: null }))
  await waitFor("a reject", 20_000, async () => {
    const { rows } = await pool.query("select from sf_shadow_reject_reason")
    return rows.length > 0
  })
  const http = new URL(service.logged("http_started")[0]?.url as string)
  const prometheus = await startPrometheus(http.host, join(docs, "alerts.yml"))
  await waitFor("a scrape", 20_000, async () => (await prometheus.query("up == 1")).length === 1)

  const reader = poolAs("sf_shadow_reader")
  const queries = dashboard.templating.list.filter(({ type }) => type === "query").map(({ query }) => query)
  for (const query of [...queries, ...targets.flatMap(({ rawSql }) => rawSql ?? [])])
    await assert.doesNotReject(reader.query(interpolated(query)), query)

  const known = await prometheus.metadata()
  const exists = (name: string) => known.has(name) || known.has(name.replace(/_(bucket|sum|count)$/, ""))
  for (const { title, expr } of targets) {
    if (expr === undefined) continue
    await assert.doesNotReject(prometheus.query(interpolated(expr)), `${title}: ${expr}`)
    const missing = metricsOf(expr).filter((name) => !exists(name))
    assert.deepEqual(missing, [], `${title} asks for metrics that /metrics does not have`)
  }

  await t.test("and so does every alert rule", async () => {
    const rules = await waitFor("the rules are evaluated", 20_000, async () => {
      const found = await prometheus.rules()
      return found.length > 0 && found.every(({ health }) => health !== "unknown") ? found : undefined
    })
    for (const { name, query, health, lastError } of rules) {
      assert.equal(health, "ok", `${name}: ${lastError}`)
      assert.deepEqual(
        metricsOf(query).filter((metric) => !exists(metric)),
        [],
        `${name} asks for metrics that /metrics does not have`,
      )
    }
  })
  await service.stop()
})
