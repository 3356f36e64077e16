import assert from "node:assert/strict"
import { glob, readFile, stat } from "node:fs/promises"
import { join, normalize } from "node:path"
import { test } from "node:test"
import { anchorOf } from "./document.ts"

const root = join(import.meta.dirname, "../..")
const fence = /^```[\s\S]*?^```/gm

/** The anchors of a page, as GitHub makes them of its headings. */
async function anchorsOf(page: string): Promise<Set<string>> {
  const text = (await readFile(join(root, page), "utf8")).replace(fence, "")
  return new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading as string)))
}

test("every link of README and docs leads to a file that exists, and to a heading of it", async () => {
  const broken: string[] = []
  for await (const page of glob(["*.md", "{docs,deploy,src/reader}/*.md"], { cwd: root })) {
    const text = (await readFile(join(root, page), "utf8")).replace(fence, "")
    for (const [link, path, anchor] of text.matchAll(/\]\(((?!https?:)[^)#]*)(?:#([^)]*))?\)/g)) {
      const target = path ? normalize(join(page, "..", path)) : page
      const exists = await stat(join(root, target)).catch(() => undefined)
      if (!exists || (anchor && !(await anchorsOf(target)).has(anchor)))
        broken.push(`${page}: ${link.slice(1)}`)
    }
  }
  assert.deepEqual(broken, [])
})

test("every page of docs is linked from the README", async () => {
  const readme = await readFile(join(root, "README.md"), "utf8")
  for await (const page of glob("docs/*", { cwd: root }))
    assert.ok(readme.includes(`](${page})`), `${page} is not`)
})
