import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestContext } from "node:test"
import { fileURLToPath } from "node:url"
import { readRevision } from "../../src/postgres/schema_files.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** What differs in another version of the program: new files, and texts in place of others. */
export interface Changes {
  files?: Record<string, string>
  /** Each text is to be there, once or more often. */
  replacements?: Record<string, [text: string, by: string][]>
}

/**
 * Makes the next version of this program, one revision of the schema further, in a folder that is removed with the test.
 *
 * @returns the folder, to start commands from
 */
export async function nextProgram(
  t: TestContext,
  { files = {}, replacements = {} }: Changes,
): Promise<string> {
  const program = await mkdtemp(join(tmpdir(), "sf-shadow-next-"))
  t.after(() => rm(program, { recursive: true, force: true }))
  for (const part of ["src", "sql", "tasks", "crontab", "package.json", "tsconfig.json"])
    await cp(join(root, part), join(program, part), { recursive: true })
  await symlink(join(root, "node_modules"), join(program, "node_modules"))
  const { revision, serves } = await readRevision()
  const texts = { "sql/revision.json": JSON.stringify({ revision: revision + 1, serves }), ...files }
  for (const [file, text] of Object.entries(texts)) await writeFile(join(program, file), text)
  for (const [file, pairs] of Object.entries(replacements)) {
    let text = await readFile(join(program, file), "utf8")
    for (const [old, by] of pairs) {
      if (!text.includes(old)) throw new Error(`${file} has no ${old}`)
      text = text.replaceAll(old, by)
    }
    await writeFile(join(program, file), text)
  }
  return program
}
