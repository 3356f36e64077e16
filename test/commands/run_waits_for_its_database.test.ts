import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/postgres/embedded.ts"
import { runCommand, startCommand } from "./process.ts"

const dataDir = mkdtempSync(join(tmpdir(), "sf-shadow-run-"))
const startPostgres = () => startEmbeddedPostgres({ dataDir, settings: { fsync: "off" } })
let postgres: EmbeddedPostgres

before(async () => {
  postgres = await startPostgres()
  const { code, stderr } = await runCommand(["migrate"], { DATABASE_URL: postgres.url })
  assert.equal(code, 0, stderr)
  await postgres.stop()
})
after(async () => {
  await postgres.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

function environment(): Record<string, string> {
  return {
    DATABASE_URL: postgres.url,
    SF_LOGIN_URL: "http://127.0.0.1:1",
    SF_CLIENT_ID: "3MVG9",
    SF_CLIENT_SECRET: "s3cr3t",
    HTTP_PORT: "0",
  }
}

test("run waits for a database that is down, is unready meanwhile, and becomes ready by itself", async (t) => {
  const running = startCommand(["run", "--only", "http"], environment())
  t.after(() => running.child.kill("SIGKILL"))
  const [, url] = await running.printed(/HTTP on (http:\/\/[0-9.]+:\d+)/, "stderr")
  await running.printed(
    /the database at 127\.0\.0\.1:\d+\/postgres refused the connection.*Trying again in/,
    "stderr",
  )
  assert.equal((await fetch(`${url}/healthz`)).status, 200)
  assert.equal((await fetch(`${url}/readyz`)).status, 503)

  postgres = await startPostgres()
  await running.printed(/service started: http/, "stderr")
  const ready = await fetch(`${url}/readyz`)
  const { checks } = (await ready.json()) as { checks: Record<string, { ok: boolean; required: boolean }> }
  assert.equal(ready.status, 200, JSON.stringify(checks))
  assert.equal(checks.salesforce?.ok, false, "no Salesforce answers at this address")

  running.child.kill("SIGTERM")
  assert.equal(await running.ended, 0)
  assert.doesNotMatch(running.output.stderr, /s3cr3t|"password"/)
  assert.ok(!running.output.stderr.includes(new URL(postgres.url).password))
})

test("a signal while it waits ends it at once", async (t) => {
  await postgres.stop()
  const running = startCommand(["run", "--only", "http"], environment())
  t.after(() => running.child.kill("SIGKILL"))
  await running.printed(/Trying again in/, "stderr")
  const started = Date.now()
  running.child.kill("SIGINT")
  assert.equal(await running.ended, 130)
  assert.ok(Date.now() - started < 2_000)
})

test("a port in use ends run with 1 and names HTTP_PORT", async () => {
  postgres = await startPostgres()
  const port = new URL(postgres.url).port
  const { code, stderr } = await runCommand(["run", "--only", "http"], { ...environment(), HTTP_PORT: port })
  assert.equal(code, 1)
  assert.match(stderr, new RegExp(`HTTP_PORT ${port} on 127\\.0\\.0\\.1 is in use by another process`))
})
