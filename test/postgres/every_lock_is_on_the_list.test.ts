import assert from "node:assert/strict"
import { glob, readFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { lockSpaces } from "../../src/postgres/lock_spaces.ts"

const root = join(import.meta.dirname, "../..")
const spaces: number[] = Object.values(lockSpaces)

async function* files(pattern: string): AsyncGenerator<[name: string, text: string]> {
  for await (const name of glob(pattern, { cwd: root }))
    yield [name, await readFile(join(root, name), "utf8")]
}

test("no space is used for two things", () => {
  assert.equal(new Set(spaces).size, spaces.length)
})

test("every advisory lock of SQL is of a space on the list", async () => {
  let found = 0
  for await (const [name, text] of files("sql/**/*.sql")) {
    for (const [, argument = ""] of text.matchAll(/advisory\w*lock\w*\(([^,)]*)/g)) {
      found++
      assert.ok(spaces.includes(Number(argument)), `${name} locks ${argument}`)
    }
  }
  assert.ok(found >= 4, `${found} locks`)
})

test("TypeScript names the space by the list, and passes it as a parameter", async () => {
  let found = 0
  for await (const [name, text] of files("{src,tasks}/**/*.ts")) {
    for (const [, argument = ""] of text.matchAll(/advisory_(?!unlock_all)\w+\(([^,)]*)/g)) {
      found++
      assert.match(argument, /^\$1(::int)?$/, `${name} locks ${argument}`)
    }
    const numbers = name.endsWith("lock_spaces.ts")
      ? []
      : spaces.filter((space) => text.includes(String(space)))
    assert.deepEqual(numbers, [], `${name} writes the number of a space`)
  }
  assert.ok(found >= 4, `${found} locks`)
})

test("docs/architecture.md lists the same spaces", async () => {
  const text = await readFile(join(root, "docs/architecture.md"), "utf8")
  const listed = [...text.matchAll(/^\| (\d{5}) \|/gm)].map(([, space]) => Number(space))
  assert.deepEqual([...new Set(listed)], spaces)
})
