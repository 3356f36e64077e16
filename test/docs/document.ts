import { spawn } from "node:child_process"
import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import type { Pool } from "pg"
import { compileCache } from "../commands/process.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** A fenced block of a document. */
export interface Block {
  language: string
  text: string
  /** Line of its first fence. */
  line: number
}

/** A section of a document, from its heading to the next. */
export interface Section {
  heading: string
  /** As GitHub makes it of the heading: what links name. */
  anchor: string
  text: string
  blocks: Block[]
}

/** The anchor that GitHub makes of a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, "")
    .replaceAll(" ", "-")
}

/** Reads `docs/NAME`: what is before the first `##` is a section without a heading. */
export async function readDocument(name: string): Promise<Section[]> {
  const sections: Section[] = [{ heading: "", anchor: "", text: "", blocks: [] }]
  let open: Block | undefined
  for (const [index, line] of (await readFile(`${root}docs/${name}`, "utf8")).split("\n").entries()) {
    const section = sections.at(-1) as Section
    const fence = /^```(\w*)/.exec(line)
    if (open !== undefined) {
      if (fence) open = undefined
      else open.text += `${line}\n`
    } else if (fence) {
      open = { language: fence[1] as string, text: "", line: index + 1 }
      section.blocks.push(open)
    } else if (line.startsWith("## ")) {
      const heading = line.slice(3)
      sections.push({ heading, anchor: anchorOf(heading), text: "", blocks: [] })
    } else section.text += `${line}\n`
  }
  return sections
}

/** What a block of a shell has done. */
export interface Ended {
  code: number | null
  output: string
}

/** Node's path instead of npm's: the same command, two seconds sooner. Any other use of npm ends with 97. */
const preamble = `
npm() {
  [ "$1" = run ] && [ "\${2:-}" = sf-shadow ] && [ "\${3:-}" = -- ] || return 97
  shift 3
  "$NODE" src/main.ts "$@"
}
`

/** Runs a block in bash, each line as it stands; the first that fails ends it. */
export function runShell(text: string, environment: Record<string, string>): Promise<Ended> {
  const { PATH, HOME } = process.env
  const child = spawn("bash", ["-euo", "pipefail", "-c", preamble + text], {
    cwd: root,
    env: { PATH, HOME, NODE: process.execPath, ...compileCache, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk) => (output += chunk))
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })))
}

/** Runs a block of SQL as the role that its first line names: an operator, or the service's own. */
export async function runSql(text: string, pools: { operator: Pool; service: Pool }): Promise<void> {
  const role = /^-- as (.*)$/m.exec(text)?.[1] ?? "sf_shadow_operator"
  const pool = { sf_shadow_operator: pools.operator, "the service's role": pools.service }[role]
  if (pool === undefined) throw new Error(`no such role: ${role}`)
  for (const statement of text.split(/;$/m).filter((part) => part.replace(/^--.*$/gm, "").trim() !== ""))
    await pool.query(statement)
}
