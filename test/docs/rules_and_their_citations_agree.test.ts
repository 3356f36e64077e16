import assert from "node:assert/strict"
import { glob, readFile } from "node:fs/promises"
import { join } from "node:path"
import { before, test } from "node:test"
import { readDocument } from "./document.ts"

const root = join(import.meta.dirname, "../..")

/** "rule 4", "rules 8 and 9", "rules 6 to 9", "rules 1, 2 and 4"; over the end of a comment's line, too. */
const citation = /\brules? (\d+(?:(?:, | and | to |-)\d+)*)/gi
const newLineOfComment = /\n\s*(?:--|\*|\/\/)\s*/g

/** The numbers that a text cites, each once; a range stands for all of it. */
function citedIn(text: string): Set<number> {
  const cited = new Set<number>()
  for (const [, list = ""] of text.replace(newLineOfComment, " ").matchAll(citation)) {
    for (const part of list.split(/, | and /)) {
      const [first = 0, last = first] = part.split(/ to |-/).map(Number)
      for (let rule = first; rule <= last; rule++) cited.add(rule)
    }
  }
  return cited
}

const rules = new Set<number>()
before(async () => {
  for (const { heading } of await readDocument("rules.md")) {
    const number = /^Rule (\d+): /.exec(heading)?.[1]
    if (number !== undefined) rules.add(Number(number))
  }
})

test("every rule that code, tests or docs cite is in docs/rules.md", async () => {
  const unknown: string[] = []
  for await (const file of glob("{src,tasks,sql,test,docs}/**/*.{ts,js,sql,md,yml}", { cwd: root })) {
    const cited = citedIn(await readFile(join(root, file), "utf8"))
    for (const rule of cited) if (!rules.has(rule)) unknown.push(`${file} cites rule ${rule}`)
  }
  assert.deepEqual(unknown, [])
})

test("every rule of docs/rules.md is cited by the code that keeps it", async () => {
  const cited = new Set<number>()
  for await (const file of glob("{src,tasks,sql}/**/*.{ts,sql}", { cwd: root }))
    for (const rule of citedIn(await readFile(join(root, file), "utf8"))) cited.add(rule)
  assert.deepEqual(
    [...rules].filter((rule) => !cited.has(rule)),
    [],
  )
})

test("the page's table lists every rule, and leads to it", async () => {
  const sections = await readDocument("rules.md")
  const table = sections[0]?.text ?? ""
  for (const { heading, anchor } of sections) {
    const number = /^Rule (\d+): /.exec(heading)?.[1]
    if (number !== undefined)
      assert.ok(table.includes(`| [${number}](#${anchor}) |`), `${heading} (#${anchor})`)
  }
})
