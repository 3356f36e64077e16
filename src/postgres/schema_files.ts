import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import { join, sep } from "node:path"
import { loadMigrationFiles } from "postgres-migrations"

const sqlFolder = join(import.meta.dirname, "../../sql")
export const migrationsFolder = join(sqlFolder, "migrations")
const currentFolder = join(sqlFolder, "current")

/** The order of schemas and programs (CONTRIBUTING.md, Upgrades), as sql/revision.json has it. */
export interface Revision {
  revision: number
  /** The oldest revision of a program that works on this schema. */
  serves: number
}

/** A numbered migration, and the names in schema public that it takes. */
export interface MigrationFile {
  /** 0001_shadow.sql */
  file: string
  id: number
  /** Of its name and text: a migration never changes once it is applied. */
  hash: string
  publicNames: string[]
}

/** A repeatable file. It makes one function or one view, or acts on what others have made. */
export interface CurrentFile {
  /** Its path in sql/current: merge/_write_changes.sql */
  file: string
  sql: string
  fingerprint: string
  /** public.add_job; null for a file that only acts on others. */
  name: string | null
  /** md5 of a function's body as pg_proc.prosrc keeps it; null for a view, or where nothing is made. */
  body: string | null
}

/** What this program wants the database to be. */
export interface SchemaFiles {
  migrations: MigrationFile[]
  /** In the order in which they are applied. */
  current: CurrentFile[]
}

let revision: Promise<Revision> | undefined

/** The revision of this program. Read once: a deploy may put the files of a newer one in their place. */
export function readRevision(): Promise<Revision> {
  revision ??= readFile(join(sqlFolder, "revision.json"), "utf8").then((text) => JSON.parse(text) as Revision)
  return revision
}

export async function readSchemaFiles(): Promise<SchemaFiles> {
  // The library's own table is its migration 0.
  const migrations = (await loadMigrationFiles(migrationsFolder)).filter(({ id }) => id > 0)
  return {
    migrations: migrations.map(({ fileName, id, hash, sql }) => ({
      file: fileName,
      id,
      hash,
      publicNames: publicNames(sql),
    })),
    current: await readCurrent(),
  }
}

/**
 * The files of sql/current: first those of views/order.txt, in its order, then functions, in any, since their bodies are
 * not looked at before they are called; last what acts on others.
 */
async function readCurrent(): Promise<CurrentFile[]> {
  const ordered = (await readFile(join(currentFolder, "views/order.txt"), "utf8")).trim().split("\n")
  const files = (await readFolder(currentFolder)).map(({ file, sql }) => {
    const [, kind, name] = /^create or replace (function|view) (\w+\.\w+)/m.exec(sql) ?? []
    return {
      file,
      sql,
      name: name ?? null,
      fingerprint: createHash("sha256").update(sql).digest("hex"),
      body: kind === "function" ? bodyHash(sql) : null,
    }
  })
  const place = ({ file, name }: CurrentFile) => {
    if (name === null) return ordered.length + 1
    return ordered.includes(file) ? ordered.indexOf(file) : ordered.length
  }
  return files.sort((a, b) => place(a) - place(b))
}

async function readFolder(folder: string): Promise<{ file: string; sql: string }[]> {
  const files = (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith(".sql"))
    .map((name) => name.replaceAll(sep, "/"))
    .sort()
  return Promise.all(files.map(async (file) => ({ file, sql: await readFile(join(folder, file), "utf8") })))
}

/** Tables, types, indexes, statistics and constraints with an index: they share their schema with others' names. */
function publicNames(sql: string): string[] {
  const tables = [...sql.matchAll(/^create table public\.\w+ \(\n([\s\S]*?)^\)/gm)]
  return [
    ...sql.matchAll(/^create (?:table|type|statistics) public\.(\w+)/gm),
    ...sql.matchAll(/^create (?:unique )?index (\w+) on public\./gm),
    ...tables.flatMap(([, columns = ""]) => [
      ...columns.matchAll(/constraint (\w+) (?:primary key|unique)\b/g),
    ]),
  ].map(([, name]) => name as string)
}

/** Of a body that Postgres keeps parsed (return ..., begin atomic) prosrc is empty. */
function bodyHash(sql: string): string {
  const [, , body = ""] = /\bas (\$\w*\$)([\s\S]*?)\1/.exec(sql) ?? []
  return createHash("md5").update(body).digest("hex")
}
