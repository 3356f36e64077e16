import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { variables } from "../../src/base/variables.ts"
import { runCommand } from "./process.ts"

/** Those that docs/commands.md explains, in its order: the first cell of a row has one command or more. */
const page = await readFile(join(import.meta.dirname, "../../docs/commands.md"), "utf8")
const [, table = ""] = /^## Commands\n([\s\S]*?)^## /m.exec(page) ?? []
const commands = [...table.matchAll(/^\| (`[a-z].*?`) \| /gm)].flatMap(([, cell = ""]) =>
  [...cell.matchAll(/`([a-z-]+(?: [a-z][a-z-]*)?)/g)].map(([, command]) => command as string),
)

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
    [...new Set(commands.map((command) => command.split(" ")[0]))],
    "docs/commands.md has a row for each",
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
