import type { Pool } from "pg"
import { Gauge } from "prom-client"
import { registry } from "../metrics.ts"

let source: Pool | undefined
let reading: Promise<UsageRow[]> | undefined

interface UsageRow {
  limit_name: string
  used: number
  max: number
  stopped_kinds: string[]
}

/** The rows of sf_shadow_api_usage, once for all gauges of a scrape: they are collected at the same time. */
async function usageRows(): Promise<UsageRow[]> {
  reading ??= source
    ?.query<UsageRow>(
      "select limit_name, used, max, stopped_kinds from sf_shadow_api_usage where max is not null",
    )
    .then(({ rows }) => rows)
    // The other metrics must show while the database is down.
    .catch(() => [])
    .finally(() => {
      reading = undefined
    })
  return (await reading) ?? []
}

/** Does the org's API budget last (rule 14)? */
new Gauge({
  name: "sf_shadow_api_usage_used",
  help: "How much of a daily limit of the org is used, by all programs together; limit is Salesforce's name of it.",
  labelNames: ["limit"] as const,
  registers: [registry],
  async collect() {
    const rows = await usageRows()
    this.reset()
    for (const row of rows) this.set({ limit: row.limit_name }, row.used)
  },
})

new Gauge({
  name: "sf_shadow_api_usage_max",
  help: "How much a daily limit of the org allows in 24 hours.",
  labelNames: ["limit"] as const,
  registers: [registry],
  async collect() {
    const rows = await usageRows()
    this.reset()
    for (const row of rows) this.set({ limit: row.limit_name }, row.max)
  },
})

new Gauge({
  name: "sf_shadow_api_budget_stopped",
  help: "1 while calls of this kind (load, delta, reread, fallback) are held back by the API budget, else 0.",
  labelNames: ["kind"] as const,
  registers: [registry],
  async collect() {
    const rows = await usageRows()
    this.reset()
    if (rows.length === 0) return
    for (const kind of ["load", "delta", "reread", "fallback"])
      this.set({ kind }, rows.some((row) => row.stopped_kinds.includes(kind)) ? 1 : 0)
  },
})

/** Lets /metrics of this process show the org's limits, whichever process saw them, from the database. */
export function showApiUsage(pool: Pool): void {
  source = pool
}
