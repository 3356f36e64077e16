import assert from "node:assert/strict"
import { glob, readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { type Variable, variables } from "../src/base/variables.ts"

const readme = join(import.meta.dirname, "../README.md")
const section = /(<!-- variables:.*?-->\n)[\s\S]*?(<!-- \/variables -->)/

function variablesTable(): string {
  const rows = (Object.entries(variables) as [string, Variable][]).map(([name, variable]) => {
    const meaning = `${variable.meaning}${variable.secret ? " (secret)" : ""}`
    return `| \`${name}\` | ${meaning} | ${variable.unit ?? ""} | ${variable.default ? `\`${variable.default}\`` : ""} |`
  })
  return ["| variable | meaning | unit | default |", "|---|---|---|---|", ...rows, ""].join("\n")
}

test("the README lists every variable as the program reads it (UPDATE_README=1 rewrites the table)", async () => {
  const text = await readFile(readme, "utf8")
  const wanted = text.replace(section, (_, open, close) => `${open}${variablesTable()}${close}`)
  if (process.env.UPDATE_README === "1") await writeFile(readme, wanted)
  else assert.equal(text, wanted)
})

test("every file that README and docs link to exists", async () => {
  const root = join(readme, "..")
  for await (const page of glob(["*.md", "docs/*.md"], { cwd: root })) {
    const text = await readFile(join(root, page), "utf8")
    for (const [, path] of text.matchAll(/\]\(((?!https?:)[^)#]+)(?:#[^)]*)?\)/g))
      await assert.doesNotReject(stat(join(root, page, "..", path as string)), `${page}: ${path} is missing`)
  }
})
