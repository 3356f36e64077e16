import assert from "node:assert/strict"
import { glob, readFile } from "node:fs/promises"
import { join } from "node:path"
import { before, test } from "node:test"
import { readSqlFiles } from "./sql_form.ts"

const root = join(import.meta.dirname, "..")

/** Where people are told what they may call and look at; the other pages also name what is inside. */
const pagesForPeople =
  "{README.md,docs/{alerts.yml,caches.md,commands.md,mapping.md,reading.md,rollout.md,runbook.md,views.md}}"

interface Made {
  file: string
  kind: "function" | "view"
  schema: string
  name: string
}

let made: Made[]
/** Without comments, and without the grants: to be granted is no use. */
let sql: Map<string, string>
let typescript: string
let pages: string

async function textOf(pattern: string): Promise<string> {
  const texts: string[] = []
  for await (const file of glob(pattern, { cwd: root })) texts.push(await readFile(join(root, file), "utf8"))
  assert.ok(texts.length > 5, `${pattern}: ${texts.length} files`)
  return texts.join("\n")
}

before(async () => {
  sql = new Map([...(await readSqlFiles())].map(([file, text]) => [file, text.replaceAll(/--.*/g, "")]))
  sql.delete("sql/current/grants.sql")
  made = [...sql].flatMap(([file, text]) =>
    file.startsWith("sql/current/")
      ? [...text.matchAll(/^create or replace (function|view) (\w+)\.(\w+)/gm)].map(
          ([, kind, schema, name]) => ({ file, kind, schema, name }) as Made,
        )
      : [],
  )
  assert.ok(made.length > 120, `${made.length} functions and views`)
  typescript = await textOf("{src,tasks}/**/*.{ts,js}")
  pages = await textOf(pagesForPeople)
})

const isNamedIn = (text: string, { schema, name }: Made) => new RegExp(`\\b${schema}\\.${name}\\b`).test(text)
const isNamedOnPages = ({ kind, name }: Made) =>
  new RegExp(`\\b${name}${kind === "function" ? "\\(" : "\\b"}`).test(pages)
const isCalledBySql = (one: Made) =>
  [...sql].some(([file, text]) => file !== one.file && isNamedIn(text, one))
const isTrigger = ({ schema, name }: Made) =>
  [...sql.values()].some((text) => text.includes(`execute function ${schema}.${name}(`))
const files = (found: Made[]) => found.map(({ file }) => file)

test("a function that begins with _ is called by SQL, and by nobody else", () => {
  const inside = made.filter(({ name }) => name.startsWith("_"))
  assert.deepEqual(files(inside.filter((one) => !isCalledBySql(one))), [], "nobody calls these: delete them")
  assert.deepEqual(
    files(inside.filter((one) => isNamedIn(typescript, one))),
    [],
    "TypeScript calls these: they are entries, and their names do not begin with _",
  )
})

test("a function without _ is called by TypeScript or a trigger, or people are told of it", () => {
  const entries = made.filter(({ kind, name }) => kind === "function" && !name.startsWith("_"))
  assert.deepEqual(
    files(entries.filter((one) => !isNamedIn(typescript, one) && !isTrigger(one) && !isNamedOnPages(one))),
    [],
    "delete these, begin their names with _ where SQL calls them, or tell people of them",
  )
})

test("a view is read by SQL or TypeScript, or people are told of it", () => {
  const views = made.filter(({ kind }) => kind === "view")
  const isUsed = (one: Made) => isCalledBySql(one) || isNamedIn(typescript, one)
  assert.deepEqual(
    files(views.filter((one) => (one.schema === "public" ? !isNamedOnPages(one) : !isUsed(one)))),
    [],
    "delete these, or tell people of those in public",
  )
})
