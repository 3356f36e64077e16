import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { test } from "node:test"
import { readConfig } from "../../src/base/config.ts"
import { createSession } from "../../src/salesforce/session.ts"
import { startCommand } from "./process.ts"

test("one JSON line with which the service logs in and reads; SIGTERM ends it with 130 and removes its files", async (t) => {
  const simulator = startCommand(["simulator", "--products", "7", "--pricebooks", "3", "--accounts", "2"])
  t.after(() => simulator.child.kill("SIGKILL"))
  const [line] = await simulator.printed(/^\{.*\}\n/)
  const ready = JSON.parse(line) as {
    loginUrl: string
    caFile: string
    privateKeyFile: string
    environment: Record<string, string>
  }
  const config = readConfig({ ...ready.environment, DATABASE_URL: "postgres://127.0.0.1/unused" })
  const session = createSession(config.salesforce)
  try {
    const counted = await session.connection.query("SELECT COUNT() FROM PricebookEntry")
    assert.equal(counted.totalSize, 7 * 3)
  } finally {
    await session.close()
  }
  const started = Date.now()
  simulator.child.kill("SIGTERM")
  assert.equal(await simulator.ended, 130)
  assert.ok(Date.now() - started < 5_000)
  assert.equal(simulator.output.stdout, line)
  assert.equal(existsSync(ready.caFile), false)
  assert.equal(existsSync(ready.privateKeyFile), false)
})
