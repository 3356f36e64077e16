import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/postgres/embedded.ts"
import { type Running, runCommand, startCommand } from "./process.ts"

const dataDir = mkdtempSync(join(tmpdir(), "sf-shadow-loads-"))
let postgres: EmbeddedPostgres
let simulator: Running
let environment: Record<string, string>

before(async () => {
  postgres = await startEmbeddedPostgres({ dataDir, settings: { fsync: "off" } })
  simulator = startCommand(["simulator", "--products", "30", "--accounts", "10"])
  const [line] = await simulator.printed(/^\{.*\}\n/)
  const ready = JSON.parse(line) as { environment: Record<string, string> }
  environment = { ...ready.environment, DATABASE_URL: postgres.url, SF_BULK_POLL_MS: "50", LOG_LEVEL: "warn" }
  const { code, stderr } = await runCommand(["migrate"], environment)
  assert.equal(code, 0, stderr)
})
after(async () => {
  simulator.child.kill("SIGTERM")
  await simulator.ended
  await postgres.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

test("backfill without names loads every object and exits 0; its lines say how many and what Salesforce counts", async () => {
  const { code, stdout, stderr } = await runCommand(["backfill"], environment)
  assert.equal(code, 0, stderr)
  assert.match(
    stdout,
    /^Product2: complete \(run \d+\): 30 of 30 records; 30 inserted.*Salesforce counts 30, difference 0$/m,
  )
  assert.match(stdout, /^PricebookEntry: complete .* 60 of 60 records/m)
  assert.match(stdout, /^Account: complete .* 10 of 10 records/m)
  assert.match(
    stderr,
    /^PricebookEntry: complete, 60 of 60 records$/m,
    "progress in lines where there is no terminal",
  )
})

test("--json prints the results alone on stdout", async () => {
  const { code, stdout } = await runCommand(["delta", "Account", "--json"], environment)
  assert.equal(code, 0)
  const [result, ...others] = JSON.parse(stdout) as Record<string, unknown>[]
  assert.deepEqual(others, [])
  assert.equal(result?.object, "Account")
  assert.equal(result?.state, "complete")
})

test("a load that Salesforce refuses exits 1 and says why, without the secret", async () => {
  const refused = { ...environment, SF_AUTH: "client-credentials", SF_CLIENT_SECRET: "wr0ng" }
  const { code, stdout, stderr } = await runCommand(["backfill", "Account"], refused)
  assert.equal(code, 1)
  assert.match(stdout, /^Account: FAILED \(run \d+\).*(invalid_client|SF_CLIENT_SECRET)/m)
  assert.doesNotMatch(stdout + stderr, /wr0ng/)
})
