import { createHash } from "node:crypto"
import { readdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { Workplace } from "./workplace.ts"

const current = "sql/current"

/** Which SQL tests can tell whether a function or view is right: those that call it. */
export class Coverage {
  readonly #texts: ReadonlyMap<string, string>
  readonly #calls: ReadonlyMap<string, ReadonlySet<string>>
  readonly #tracked: ReadonlySet<string>
  /** Text of each test file with that of its helpers. */
  readonly #tests: ReadonlyMap<string, string>

  /** How long each file takes, where that was measured. */
  tookMs: Record<string, number> = {}

  private constructor(
    texts: Map<string, string>,
    calls: Map<string, Set<string>>,
    tests: Map<string, string>,
  ) {
    this.#texts = texts
    this.#calls = calls
    this.#tests = tests
    this.#tracked = new Set([...calls.values()].flatMap((names) => [...names]))
  }

  /** Measures it, once for each content of the tests and functions, which `cache` remembers. */
  static async measure(place: Workplace, cache: string, log: (line: string) => void): Promise<Coverage> {
    const texts = new Map<string, string>()
    for (const file of (await readdir(join(place.folder, current))).sort())
      texts.set(file.replace(/^\d+_|\.sql$/g, ""), await place.read(`${current}/${file}`))
    const tests = new Map<string, string>()
    for (const file of await place.glob(["test/sql/**/*.test.ts"]))
      tests.set(file, await withHelpers(place, file))
    const known = JSON.parse(await readFile(cache, "utf8").catch(() => "{}")) as Record<string, string[]>
    const measured: Record<string, string[]> = {}
    const calls = new Map<string, Set<string>>()
    for (const [file, text] of tests) {
      const key = `${file} ${createHash("sha256").update(text).digest("hex").slice(0, 12)}`
      if (!known[key]) log(`which functions does ${file} call?`)
      measured[key] = known[key] ?? (await place.functionsOf(file))
      calls.set(file, new Set(measured[key]))
      await writeFile(cache, JSON.stringify({ ...known, ...measured }, null, 1))
    }
    return new Coverage(texts, calls, tests)
  }

  /** The test files of a function or view; those of its own room first, then the quickest. */
  testsOf(name: string): string[] {
    const files = this.#callers(name, new Set())
    const rank = (file: string) =>
      (file.startsWith(`test/sql/${name}/`) ? 0 : 1_000_000) + (this.tookMs[file] ?? 0)
    return [...files].sort((a, b) => rank(a) - rank(b))
  }

  #callers(name: string, visited: Set<string>): Set<string> {
    visited.add(name)
    if (this.#tracked.has(name))
      return new Set([...this.#calls].filter(([, names]) => names.has(name)).map(([file]) => file))
    // A view, or inlined: the tests that name it, and those of whatever else names it.
    const word = new RegExp(`\\b${name}\\b`)
    const files = new Set([...this.#tests].filter(([, text]) => word.test(text)).map(([file]) => file))
    for (const [caller, text] of this.#texts) {
      if (visited.has(caller) || !word.test(text)) continue
      for (const file of this.#callers(caller, visited)) files.add(file)
    }
    return files
  }
}

async function withHelpers(place: Workplace, file: string): Promise<string> {
  const text = await place.read(file)
  const helpers = [...text.matchAll(/from "(\.\.?\/[^"]+)"/g)]
    .map(([, path]) => join(dirname(file), path as string))
    .filter((path) => path.startsWith("test/sql/"))
  return [text, ...(await Promise.all(helpers.map((helper) => place.read(helper))))].join("\n")
}
