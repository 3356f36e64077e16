import assert from "node:assert/strict"
import { test } from "node:test"
import { variables } from "../../src/base/variables.ts"
import { runCommand } from "./process.ts"

const commands = [
  "start",
  "migrate",
  "doctor",
  "run",
  "backfill",
  "delta",
  "verify",
  "status",
  "pause",
  "resume",
  "runs",
  "rejects",
  "replay",
  "reapply",
  "cache clear",
  "adopt-org",
  "simulator",
]

for (const command of commands) {
  test(`${command} --help`, async () => {
    const { code, stdout, stderr } = await runCommand([...command.split(" "), "--help"])
    assert.equal(code, 0)
    assert.equal(stderr, "")
    assert.match(stdout, new RegExp(`^Usage: sf-shadow ${command}`))
    assert.match(stdout, /Examples?:\n {2}\S/)
  })
}

test("--help lists every command and every variable with its default", async () => {
  const { code, stdout } = await runCommand(["--help"])
  assert.equal(code, 0)
  const listed = [...stdout.matchAll(/^ {2}([a-z-]+)(?: \[| )/gm)].map(([, name]) => name)
  assert.deepEqual(
    listed.filter((name) => name !== "help"),
    commands.map((command) => command.split(" ")[0]),
    "the commands above are all there are",
  )
  for (const [name, variable] of Object.entries(variables)) {
    const line = stdout.split("\n").find((text) => text.trim().startsWith(`${name} `))
    assert.ok(line, `${name} is not in --help`)
    if ("default" in variable) assert.ok(line.includes(`default ${variable.default}`), line)
  }
})

test("no command at all prints the help and exits 2", async () => {
  const { code, stderr } = await runCommand([])
  assert.equal(code, 2)
  assert.match(stderr, /^Usage: sf-shadow/)
})
