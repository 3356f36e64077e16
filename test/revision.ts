import { createHash } from "node:crypto"
import { readdir, readFile, writeFile } from "node:fs/promises"
import { join, relative } from "node:path"

const root = join(import.meta.dirname, "..")
const file = join(root, "sql/revision.json")

/** How the schema's revision is raised after a change of sql/. */
export const raiseCommand = "node --import tsx test/revision.ts"

/** A fingerprint of all that decides on the schema: the files of sql/, and whose migrations make the queue. */
export async function schemaFingerprint(): Promise<string> {
  const hash = createHash("sha256")
  for (const folder of ["sql/migrations", "sql/current"]) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
    for (const file of files.sort()) hash.update(relative(root, file)).update(await readFile(file))
  }
  const { dependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
  hash.update(`graphile-worker ${dependencies["graphile-worker"]}`)
  return hash.digest("hex").slice(0, 12)
}

/** Raises the revision of sql/revision.json where the fingerprint in it is another; `serves` is for a person to change. */
async function main(): Promise<void> {
  const known = JSON.parse(await readFile(file, "utf8"))
  const fingerprint = await schemaFingerprint()
  if (known.fingerprint === fingerprint) return
  const raised = { ...known, revision: known.revision + 1, fingerprint }
  await writeFile(file, `${JSON.stringify(raised, null, 2)}\n`)
}

if (process.argv[1] === import.meta.filename) await main()
