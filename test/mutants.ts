import { createHash } from "node:crypto"
import { appendFile, mkdir, readdir, readFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { parseArgs } from "node:util"
import pg from "pg"
import { Random } from "../src/simulator/org/random.ts"
import { Coverage } from "./mutants/coverage.ts"
import { describeMutant, type Mutant, mutate } from "./mutants/mutant.ts"
import { equivalent, notMutated, rules } from "./mutants/rules.ts"
import { sqlMutants } from "./mutants/sql_mutants.ts"
import { TsMutants } from "./mutants/ts_mutants.ts"
import { type Ending, Workplace } from "./mutants/workplace.ts"

// Takes one condition, term or statement of sql/current and of the rules in src away at a time, runs the tests that
// call it, and lists what stays green: a survivor needs a test, or nobody needs the line. Results are kept from run to
// run in .mutants, so that a run that was ended goes on. Exits 1 if there are survivors.
const { values } = parseArgs({
  options: {
    // Parts of file names; tested in this order.
    file: { type: "string", multiple: true, default: [""] },
    // So many of them, in the order of chance: a run that is ended has seen a sample too.
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "Infinity" },
    // At most so many test files for each, the nearest first: quicker, and with survivors that the others would kill.
    most: { type: "string", default: "Infinity" },
    // The mutants, without testing them.
    list: { type: "boolean", default: false },
    // Survivors of earlier runs once more, after tests were added.
    survivors: { type: "boolean", default: false },
  },
})

/** A mutant of a file; `key` is the same from run to run, as long as the file is. */
interface Case {
  file: string
  source: string
  mutant: Mutant
  name: string
  key: string
}

/** Killed by the first red test, survived, without an end in time, or refused by Postgres for the reason in `by`. */
interface Result {
  key: string
  file: string
  name: string
  outcome: "killed" | "survived" | "late" | "refused"
  by: string
}

const folder = join(import.meta.dirname, "../.mutants")
const resultsFile = join(folder, "results.jsonl")
await mkdir(folder, { recursive: true })
const results = new Map<string, Result>()
for (const line of (await readFile(resultsFile, "utf8").catch(() => "")).split("\n").filter(Boolean)) {
  const result = JSON.parse(line) as Result
  results.set(result.key, result)
}

const place = await Workplace.open()
const until = Date.now() + Number(values.minutes) * 60_000
let isInterrupted = false
// The mutant, or the test file, at hand is tested to its end: its processes and databases go with it.
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    isInterrupted = true
  })
}
try {
  const cases = await casesOf(place)
  if (values.list) for (const { file, name } of cases) console.log(`${file}:${name}`)
  else await testAll(cases)
} finally {
  await place.close()
}

async function casesOf({ folder }: Workplace): Promise<Case[]> {
  const isWanted = (file: string) => values.file.some((part) => file.includes(part))
  const sqlFiles = (await readdir(join(folder, "sql/current"), { recursive: true }))
    .filter((file) => file.endsWith(".sql") && !(nameOf(file) in notMutated))
    .map((file) => `sql/current/${file}`)
  const cases: Case[] = []
  for (const file of sqlFiles.filter(isWanted).sort()) {
    const source = await place.read(file)
    cases.push(...sqlMutants(source).map((mutant) => caseOf(file, source, mutant)))
  }
  const tsFiles = rules.flatMap(({ files }) => files).filter(isWanted)
  if (tsFiles.length > 0) {
    const parser = new TsMutants(folder)
    for (const file of tsFiles) {
      const { source, mutants } = parser.of(file)
      cases.push(...mutants.map((mutant) => caseOf(file, source, mutant)))
    }
    parser.close()
  }
  const chosen = cases.filter((each) => !isEquivalent(each))
  if (values.sample) return new Random(Number(values.seed)).shuffle(chosen).slice(0, Number(values.sample))
  const rank = ({ file }: Case) => values.file.findIndex((part) => file.includes(part))
  return chosen.sort((a, b) => rank(a) - rank(b))
}

function isEquivalent({ file, name }: Case): boolean {
  return equivalent.some((known) => known.file === file && name.includes(known.mutant))
}

function caseOf(file: string, source: string, mutant: Mutant): Case {
  const text = mutate(source, mutant)
  const key = createHash("sha256").update(file).update(text).digest("hex").slice(0, 16)
  return { file, source, mutant, name: describeMutant(source, mutant), key }
}

async function testAll(cases: Case[]): Promise<void> {
  const isDue = ({ key }: Case) =>
    values.survivors ? ["survived", "late"].includes(results.get(key)?.outcome ?? "") : !results.has(key)
  const due = cases.filter(isDue)
  const coverage = due.some(({ file }) => file.startsWith("sql/"))
    ? await Coverage.measure(place, join(folder, "coverage.json"), console.log, () => isInterrupted)
    : undefined
  for (const [at, each] of due.entries()) {
    if (isInterrupted || Date.now() > until) {
      console.log(`${due.length - at} of ${due.length} mutants are left for the next run`)
      break
    }
    const result = await testOne(each, coverage)
    results.set(each.key, result)
    await appendFile(resultsFile, `${JSON.stringify(result)}\n`)
    console.log(`${result.outcome.padEnd(8)} ${each.file}:${each.name}${result.by && `  [${result.by}]`}`)
  }
  tell(cases)
}

async function testOne(each: Case, coverage: Coverage | undefined): Promise<Result> {
  const { file, source, mutant, name, key } = each
  const text = mutate(source, mutant)
  const result = ({ red, isLate }: Ending): Result => {
    return { key, file, name, outcome: isLate ? "late" : red === null ? "survived" : "killed", by: red ?? "" }
  }
  if (!file.startsWith("sql/")) {
    const tests = await testsOfRule(file)
    return result(await place.withText(file, text, () => place.test(tests, 240_000)))
  }
  const tests = (coverage?.testsOf(file) ?? []).slice(0, Number(values.most))
  const withinMs = 60_000 + 3 * tests.reduce((sum, test) => sum + (coverage?.tookMs(test) ?? 0), 0)
  try {
    return result(await place.withDefinition(source, text, () => place.testSql(tests, withinMs)))
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    return { key, file, name, outcome: "refused", by: error.message }
  }
}

/** The function or view that a file of sql/current defines. */
function nameOf(file: string): string {
  return basename(file, ".sql")
}

/** The tests of its room, one that is named after it first, then as the rule names them. */
async function testsOfRule(file: string): Promise<string[]> {
  const { tests } = rules.find(({ files }) => files.includes(file)) as (typeof rules)[number]
  const found = new Set((await Promise.all(tests.map((pattern) => place.glob([pattern])))).flat())
  const rank = (test: string) => (basename(test).startsWith(basename(file, ".ts")) ? 0 : 1)
  return [...found].sort((a, b) => rank(a) - rank(b)).slice(0, Number(values.most))
}

function tell(cases: Case[]): void {
  const told = cases.flatMap(({ key }) => results.get(key) ?? [])
  for (const file of new Set(told.map((result) => result.file))) {
    const of = (outcome: string) =>
      told.filter((result) => result.file === file && result.outcome === outcome).length
    console.log(
      `${file}: ${of("killed")} killed, ${of("survived")} survived, ${of("late")} without an end, ${of("refused")} refused by Postgres`,
    )
  }
  const survivors = told.filter(({ outcome }) => outcome === "survived")
  for (const { file, name, by } of survivors) console.log(`survivor ${file}:${name}${by && `  [${by}]`}`)
  if (survivors.length > 0) process.exitCode = 1
}
