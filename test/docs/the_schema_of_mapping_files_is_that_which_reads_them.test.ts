import assert from "node:assert/strict"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { mappingJsonSchema } from "../../src/mapping/file/schema.ts"

const file = join(import.meta.dirname, "../../docs/mapping.schema.json")

test("docs/mapping.schema.json is what mapping files are read by (UPDATE_DOCS=1 rewrites it; then npm run format)", async () => {
  const wanted = mappingJsonSchema()
  if (process.env.UPDATE_DOCS === "1") await writeFile(file, `${JSON.stringify(wanted, null, 2)}\n`)
  else assert.deepEqual(JSON.parse(await readFile(file, "utf8")), JSON.parse(JSON.stringify(wanted)))
})
