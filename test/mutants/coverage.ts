import { createHash } from "node:crypto"
import { readdir, readFile, writeFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import type { Workplace } from "./workplace.ts"

const current = "sql/current"

/** What a test file calls of our functions (not of those that Postgres inlines, and views), and how long it takes. */
interface Measured {
  calls: string[]
  tookMs: number
}

/** Which SQL tests can tell whether a function or view is right: those that call it. */
export class Coverage {
  readonly #texts: ReadonlyMap<string, string>
  readonly #tracked: ReadonlySet<string>
  /** Text of each test file with that of its helpers. */
  readonly #tests: ReadonlyMap<string, string>
  readonly #measured: ReadonlyMap<string, Measured>

  private constructor(
    texts: Map<string, string>,
    tests: Map<string, string>,
    measured: Map<string, Measured>,
  ) {
    this.#texts = texts
    this.#tests = tests
    this.#measured = measured
    this.#tracked = new Set([...measured.values()].flatMap(({ calls }) => calls))
  }

  /**
   * Runs each test file without any mutant, once for each content of it and of the functions, as `cache` remembers; ends early
   * where it is interrupted.
   *
   * @throws Error where one is red
   */
  static async measure(
    place: Workplace,
    cache: string,
    log: (line: string) => void,
    isInterrupted: () => boolean,
  ): Promise<Coverage> {
    const texts = new Map<string, string>()
    const files = await readdir(join(place.folder, current), { recursive: true })
    for (const file of files.filter((each) => each.endsWith(".sql")).sort())
      texts.set(basename(file, ".sql"), await place.read(`${current}/${file}`))
    const tests = new Map<string, string>()
    for (const file of await place.glob(["test/**/*.sql.test.ts"]))
      tests.set(file, await withHelpers(place, file))
    const functions = [...texts.values()].join("")
    const known = JSON.parse(await readFile(cache, "utf8").catch(() => "{}")) as Record<string, Measured>
    const measured = new Map<string, Measured>()
    for (const [file, text] of tests) {
      if (isInterrupted()) break
      const key = `${file} ${createHash("sha256").update(functions).update(text).digest("hex").slice(0, 12)}`
      if (known[key] === undefined) {
        log(`${file} is measured`)
        known[key] = await measureFile(place, file)
        await writeFile(cache, JSON.stringify(known, null, 1))
      }
      measured.set(file, known[key])
    }
    return new Coverage(texts, tests, measured)
  }

  tookMs(file: string): number {
    return this.#measured.get(file)?.tookMs ?? 0
  }

  /** The test files of what a file of sql/current defines: those of its room first, the quickest of them before the others. */
  testsOf(file: string): string[] {
    const room = `test/${basename(dirname(file))}/`
    const isFar = (test: string) => Number(!test.startsWith(room))
    const tests = this.#callers(basename(file, ".sql"), new Set())
    return [...tests].sort((a, b) => isFar(a) - isFar(b) || this.tookMs(a) - this.tookMs(b))
  }

  #callers(name: string, visited: Set<string>): Set<string> {
    visited.add(name)
    if (this.#tracked.has(name))
      return new Set(
        [...this.#measured].filter(([, { calls }]) => calls.includes(name)).map(([file]) => file),
      )
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

async function measureFile(place: Workplace, file: string): Promise<Measured> {
  const calls = await place.functionsOf(file)
  const { red, tookMs } = await place.testSql([file], 600_000)
  if (red !== null) throw new Error(`${file} is red without any mutant: ${red}`)
  return { calls, tookMs: tookMs[file] ?? 0 }
}

async function withHelpers(place: Workplace, file: string): Promise<string> {
  const text = await place.read(file)
  const helpers = [...text.matchAll(/from "(\.\.?\/[^"]+)"/g)]
    .map(([, path]) => join(dirname(file), path as string))
    .filter((path) => path.startsWith("test/harness/"))
  return [text, ...(await Promise.all(helpers.map((helper) => place.read(helper))))].join("\n")
}
