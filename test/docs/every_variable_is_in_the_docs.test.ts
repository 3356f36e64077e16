import assert from "node:assert/strict"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { type Variable, variables } from "../../src/base/variables.ts"

const root = join(import.meta.dirname, "../..")
const page = join(root, "docs/configuration.md")
const section = /(<!-- variables:.*?-->\n)[\s\S]*?(<!-- \/variables -->)/

function variablesTable(): string {
  const rows = (Object.entries(variables) as [string, Variable][]).map(([name, variable]) => {
    const meaning = `${variable.meaning}${variable.secret ? " (secret)" : ""}`
    return `| \`${name}\` | ${meaning} | ${variable.unit ?? ""} | ${variable.default ? `\`${variable.default}\`` : ""} |`
  })
  return ["| variable | meaning | unit | default |", "|---|---|---|---|", ...rows, ""].join("\n")
}

test("docs/configuration.md lists every variable as the program reads it (UPDATE_DOCS=1 rewrites the table)", async () => {
  const text = await readFile(page, "utf8")
  const wanted = text.replace(section, (_, open, close) => `${open}${variablesTable()}${close}`)
  if (process.env.UPDATE_DOCS === "1") await writeFile(page, wanted)
  else assert.equal(text, wanted)
})
