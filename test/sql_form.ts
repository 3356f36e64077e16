import { readdir, readFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { type Token, tokensOf } from "./mutants/sql_tokens.ts"

const root = join(import.meta.dirname, "..")
const longestLine = 140

/** What of a file of sql/ is not in the form that CONTRIBUTING.md asks for. */
export interface Fault {
  /** Counted from 1. */
  line: number
  what: string
}

/**
 * Holds a file of sql/migrations or sql/current to the form of our SQL. No formatter of npm keeps it: they leave the bodies
 * of functions alone, or lose their comments.
 *
 * @param file its path: sql/current/merge/_write_changes.sql
 * @param ours the functions and views of sql/current, by their names without a schema
 */
export function faultsOf(file: string, sql: string, ours: ReadonlySet<string>): Fault[] {
  const tokens = tokensOf(sql)
  const faults = [
    ...lineFaults(sql),
    ...wordFaults(sql, tokens),
    ...nameFaults(sql, tokens, ours),
    ...pathFaults(sql),
  ]
  if (file.startsWith("sql/current/")) faults.push(...objectFaults(file, sql), ...headFaults(sql))
  return faults.sort((a, b) => a.line - b.line)
}

/** Blanks, steps and lengths. */
function lineFaults(sql: string): Fault[] {
  const faults: Fault[] = []
  const lines = sql.split("\n")
  if (lines.at(-1) !== "" || lines.at(-2) === "")
    faults.push({ line: lines.length, what: "a file ends with one line break" })
  let stepsBefore = 0
  for (const [at, text] of lines.entries()) {
    const fault = (what: string) => faults.push({ line: at + 1, what })
    if (/[\t\r]/.test(text)) fault("a tab or a carriage return")
    if (/\s$/.test(text)) fault("a blank at the end of the line")
    if (text.length > longestLine)
      fault(`the line has ${text.length} characters, and ${longestLine} are the most`)
    if (text.trim() === "") continue
    const steps = (text.length - text.trimStart().length) / 2
    if (!Number.isInteger(steps)) fault("lines are indented in steps of two blanks")
    else if (steps > stepsBefore + 1) fault("the line is indented by more than a step from the one before it")
    stepsBefore = steps
  }
  return faults
}

/** Everything is lower case but what Salesforce spells otherwise, which stands in quotes. */
function wordFaults(sql: string, tokens: Token[]): Fault[] {
  return tokens
    .filter(({ kind, start, end }) => {
      const written = sql.slice(start, end)
      // An argument of format, and the prefix of a text: U&'...'.
      return (
        kind === "word" && /[A-Z]/.test(written) && !/^["%]/.test(written) && !/^&?'/.test(sql.slice(end))
      )
    })
    .map(({ start, end }) => ({
      line: lineOf(sql, start),
      what: `${sql.slice(start, end)} is not lower case`,
    }))
}

/** Relations, and functions of ours, are named with their schema, whatever a session's search_path is. */
function nameFaults(sql: string, tokens: Token[], ours: ReadonlySet<string>): Fault[] {
  const queryNames = new Set(
    [...sql.matchAll(/\b(\w+)(?:\s*\([\w, ]+\))?\s+as\s+(?:materialized\s+)?\(/g)].map(([, name]) => name),
  )
  return tokens
    .filter((token, at) => {
      const [before, after] = [tokens[at - 1]?.text, tokens[at + 1]?.text]
      if (token.kind !== "word" || /^["%]/.test(token.text) || before === "." || after === ".") return false
      if (after === "(") return ours.has(token.text)
      return isRelation(tokens, at) && !queryNames.has(token.text)
    })
    .map(({ start, text }) => ({ line: lineOf(sql, start), what: `${text} is named without its schema` }))
}

/** Words of the grammar that may stand where a relation does. */
const notRelations = new Set(["lateral", "only", "select", "values", "rows", "set", "on", "public"])
/** What is written with a `from` and is no query: extract(epoch from ...). */
const fromFunctions = new Set(["extract", "substring", "trim", "position", "overlay"])

function isRelation(tokens: Token[], at: number): boolean {
  const [twoBefore, before] = [tokens[at - 2]?.text, tokens[at - 1]?.text ?? ""]
  const { text } = tokens[at] as Token
  // The catalog's relations are found on every path.
  if (notRelations.has(text) || text.startsWith("pg_")) return false
  if (before === "from") {
    const call = tokens.findLast(({ depth }, place) => place < at && depth < (tokens[at] as Token).depth)
    const caller = call && tokens[tokens.indexOf(call) - 1]?.text
    return twoBefore !== "distinct" && !fromFunctions.has(caller ?? "")
  }
  if (before === "update") return !["for", "do", "before", "after", "or"].includes(twoBefore ?? "")
  return before === "join" || before === "truncate" || (before === "into" && twoBefore === "insert")
}

/** A function has an empty search_path, unless the planner is to inline it, which it does to none that sets anything. */
function pathFaults(sql: string): Fault[] {
  const functions = sql.matchAll(/((?:^--.*\n)*)^create (?:or replace )?function ([\s\S]*?) as \$\w*\$/gm)
  return [...functions].flatMap(({ index, 1: head = "", 2: declared = "" }) => {
    const isPinned = /\bset search_path = ''/.test(declared)
    if (isPinned !== saysInlined(head)) return []
    const what = isPinned
      ? "the head says that it is inlined, and a function that sets its search_path never is"
      : "the function lacks set search_path = '', and its head does not say that it is inlined"
    return [{ line: lineOf(sql, index + head.length), what }]
  })
}

/** Whether a file, by its head, makes a function that the planner puts in the place of its call. */
export function saysInlined(sql: string): boolean {
  return /\bis inlined\b/.test(headText(headOf(sql)))
}

/** Files that act on what others have made: the queues ahead of their first job, and grants. */
const makesNothing = ["records_to_shadow/refresh_queues.sql", "grants.sql"]

/** One function or view for each file, and named as the file is. */
function objectFaults(file: string, sql: string): Fault[] {
  const made = [...sql.matchAll(/^create (?:or replace )?(?:function|view) ([a-z_]+)\.([a-z_0-9]+)/gm)]
  if (makesNothing.includes(file.replace("sql/current/", ""))) return []
  if (made.length !== 1)
    return [{ line: 1, what: `a file makes one function or view, and this one ${made.length}` }]
  const [[, schema, name = ""]] = made as [RegExpExecArray]
  const stem = basename(file, ".sql")
  // In the public schema a prefix tells our names from others'; the file of an overload ends with its argument's type.
  const isNamed =
    stem === name ||
    (schema === "public" &&
      (name === `sf_${stem}` || name === `sf_shadow_${stem}` || stem.startsWith(`${name}_`)))
  return isNamed ? [] : [{ line: 1, what: `the file makes ${schema}.${name}` }]
}

/** What a function's head says of its data, and that of an entry that writes also of a second call. */
function headFaults(sql: string): Fault[] {
  const head = headText(headOf(sql))
  if (head === "") return [{ line: 1, what: "a file begins with a comment that says what it makes" }]
  const declared = /^create or replace function \w+\.(\w+)([\s\S]*?) as \$\w*\$/m.exec(sql)
  if (!declared) return []
  const faults: Fault[] = []
  if (!/Consumes|Produces|Changes|Reads|Returns/.test(head))
    faults.push({
      line: 1,
      what: "the head says neither what it consumes or produces, nor that it only reads",
    })
  const [, name = "", signature = ""] = declared
  const writes = !/\b(?:stable|immutable)\b/.test(signature) && !/Reads only/.test(head)
  if (writes && !name.startsWith("_") && !/\b[Ss]afe (?:to repeat|at any time|against)/.test(head))
    faults.push({ line: 1, what: "the head does not say what makes a second call safe" })
  return faults
}

/** The comment with which a text begins. */
function headOf(sql: string): string {
  return /^(?:--.*\n)*/.exec(sql)?.[0] ?? ""
}

/** A head in one line. */
function headText(head: string): string {
  return head.replaceAll(/\n-- */g, " ")
}

function lineOf(sql: string, offset: number): number {
  return sql.slice(0, offset).split("\n").length
}

/** The files of sql/, by their paths from the root of the project. */
export async function readSqlFiles(): Promise<Map<string, string>> {
  const files = await Promise.all(
    ["sql/migrations", "sql/current"].map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true })).map((file) => `${folder}/${file}`),
    ),
  )
  const names = files.flat().filter((file) => file.endsWith(".sql"))
  return new Map(
    await Promise.all(
      names.sort().map(async (file) => [file, await readFile(join(root, file), "utf8")] as const),
    ),
  )
}

async function main(): Promise<void> {
  const files = await readSqlFiles()
  const ours = new Set(
    [...files.values()].flatMap((sql) =>
      [...sql.matchAll(/^create (?:or replace )?(?:function|view) \w+\.(\w+)/gm)].map(
        ([, name]) => name as string,
      ),
    ),
  )
  for (const [file, sql] of files) {
    for (const { line, what } of faultsOf(file, sql, ours)) {
      console.error(`${file}:${line}: ${what}`)
      process.exitCode = 1
    }
  }
}

if (process.argv[1] === import.meta.filename) await main()
