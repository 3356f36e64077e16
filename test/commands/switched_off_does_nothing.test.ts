import assert from "node:assert/strict"
import { test } from "node:test"
import { endsWith } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { createEmptyDatabase } from "../harness/postgres.ts"
import { runCommand } from "./process.ts"

const off = { SF_SHADOW_ENABLED: "false" }

const commands = [
  ["start"],
  ["run"],
  ["backfill"],
  ["delta", "Account"],
  ["verify"],
  ["pause", "Account"],
  ["resume", "Account"],
  ["rejects", "--retry"],
  ["cache", "clear"],
  ["simulator"],
  ["replay", "--topic", "/data/AccountChangeEvent", "--from", "earliest"],
  ["reapply", "Account", "--since", "2026-11-23"],
  ["adopt-org", "--confirm", "00D000000000001AAA"],
]

for (const args of commands) {
  test(`SF_SHADOW_ENABLED=false: ${args.join(" ")} says so on stderr and exits 0`, async () => {
    // What would be a fault of the configuration is none for what does nothing.
    const { code, stdout, stderr } = await runCommand(args, { ...off, HTTP_PORT: "none" })
    assert.equal(code, 0, stderr)
    assert.equal(stdout, "")
    assert.match(stderr, /^sf-shadow is switched off \(SF_SHADOW_ENABLED=false\), and nothing was done\./)
  })
}

test("migrate, doctor and status work while it is off; with a word that is neither, everything else exits 2", async (t) => {
  const url = await createEmptyDatabase()
  const { environment } = await startOrg(t, { products: 1, accounts: 1 })
  await endsWith(0, ["migrate"], { ...environment(url), ...off })
  const { stdout } = await endsWith(0, ["doctor"], { ...environment(url), ...off })
  assert.match(stdout, /^✔ configuration: complete; switched off by SF_SHADOW_ENABLED$/m)
  await endsWith(0, ["status"], { ...environment(url), ...off })
  const { stderr } = await endsWith(2, ["backfill"], { ...environment(url), SF_SHADOW_ENABLED: "maybe" })
  assert.match(stderr, /SF_SHADOW_ENABLED: must be on or off/)
})
