import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after } from "node:test"
import { freePort } from "./free_port.ts"
import { waitFor } from "./wait.ts"

/** What `skip` of a test takes: a reason where Prometheus is missing; in CI that is a failure, not a skip. */
export const withoutPrometheus: string | false = (() => {
  try {
    for (const program of ["promtool", "prometheus"])
      execFileSync(program, ["--version"], { stdio: "ignore" })
    return false
  } catch {
    if (process.env.CI === "true") return false
    return "prometheus and promtool are not installed (apt-get install prometheus)"
  }
})()

/** A Prometheus server of its own on a free port of this machine, that scrapes each second. */
export interface PrometheusServer {
  url: string
  /** Evaluates PromQL now. Throws what Prometheus says of a wrong expression. */
  query(expression: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]>
  /** Every metric name that it has seen, with its type. */
  metadata(): Promise<Map<string, string>>
  /** The rules that it was given, as it evaluates them: health is unknown, ok or err. */
  rules(): Promise<{ name: string; query: string; health: string; lastError?: string }[]>
}

/** Starts a server that scrapes `target` (host:port); it is ended, and its data removed, with the test file. */
export async function startPrometheus(target: string, rules?: string): Promise<PrometheusServer> {
  const folder = await mkdtemp(join(tmpdir(), "sf-shadow-prometheus-"))
  const port = await freePort()
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    ...(rules === undefined ? {} : { rule_files: [rules] }),
    scrape_configs: [{ job_name: "sf-shadow", static_configs: [{ targets: [target] }] }],
  }
  // JSON is YAML.
  await writeFile(join(folder, "prometheus.yml"), JSON.stringify(config))
  const child: ChildProcess = spawn(
    "prometheus",
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: "ignore" },
  )
  const ended = once(child, "exit")
  after(async () => {
    child.kill("SIGTERM")
    await ended
    await rm(folder, { recursive: true, force: true })
  })
  const url = `http://127.0.0.1:${port}`
  const api = async <T>(path: string): Promise<T> => {
    const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as {
      status: string
      error?: string
      data: T
    }
    if (answer.status !== "success") throw new Error(answer.error)
    return answer.data
  }
  await waitFor("Prometheus answers", 20_000, () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  return {
    url,
    query: async (expression) =>
      (await api<{ result: never[] }>(`query?query=${encodeURIComponent(expression)}`)).result,
    rules: async () =>
      (await api<{ groups: { rules: never[] }[] }>("rules")).groups.flatMap(({ rules }) => rules),
    metadata: async () => {
      const found = await api<Record<string, { type: string }[]>>("metadata")
      return new Map(Object.entries(found).map(([name, [first]]) => [name, first?.type ?? "unknown"]))
    },
  }
}
