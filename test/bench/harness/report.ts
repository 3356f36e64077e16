import { readFile, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import type { Figure, Goal } from "./figure.ts"
import type { Report } from "./run.ts"

const figuresFile = fileURLToPath(new URL("../figures.json", import.meta.url))
const page = fileURLToPath(new URL("../../../docs/performance.md", import.meta.url))
const begin = "<!-- figures: npm run bench -- --write -->"
const end = "<!-- end of figures -->"

/** For people, on a terminal. */
export function textTable(reports: readonly Report[]): string {
  return reports
    .flatMap(({ benchmark, size, figures }) => [
      `${benchmark} (${size})`,
      ...figures.flatMap((figure) => [
        `  ${figure.name}: ${shown(figure.ours, figure.unit)}${verdict(figure)}`,
        ...(figure.theirs === undefined
          ? []
          : [
              `    against ${figure.against}: ${shown(figure.theirs, figure.unit)}, ratio ${digits(figure.ratio as number)}`,
            ]),
        ...(figure.alone === undefined ? [] : [`    the source alone: ${shown(figure.alone, figure.unit)}`]),
        `    limit: ${figure.limit}`,
      ]),
    ])
    .join("\n")
}

function verdict({ goal, reached }: Figure): string {
  if (goal === undefined) return ""
  return `  [goal: ${goalInWords(goal)}: ${reachedInWords(reached)}]`
}

/** For docs/performance.md: a table, and below it where and when each benchmark ran. */
function markdownTable(reports: readonly Report[]): string {
  const head = [
    "| what | ours | against | theirs | source alone | ours / theirs | goal | reached | what limits it |",
    "|---|---|---|---|---|---|---|---|---|",
  ]
  const rows = reports.flatMap(({ figures }) =>
    figures.map((figure) => {
      const { name, unit, ours, against, theirs, alone, ratio, goal, reached, limit } = figure
      const cells = [
        name,
        shown(ours, unit),
        against ?? "",
        theirs === undefined ? "" : shown(theirs, unit),
        alone === undefined ? "" : shown(alone, unit),
        ratio === null ? "" : digits(ratio),
        goal === undefined ? "" : goalInWords(goal),
        goal === undefined ? "" : `**${reachedInWords(reached)}**`,
        limit,
      ]
      return `| ${cells.join(" | ")} |`
    }),
  )
  return [...head, ...rows, "", ...conditions(reports)].join("\n")
}

/** One line for each machine and size that the reports came from. */
function conditions(reports: readonly Report[]): string[] {
  const groups = Map.groupBy(
    reports,
    ({ machine, size, startedAt }) => `${startedAt.slice(0, 10)}, size ${size}: ${machine}`,
  )
  return [...groups].map(([where, group]) => {
    const loads = group.map(({ benchmark, loadBefore }) => `${benchmark} ${loadBefore.toFixed(1)}`)
    return `- ${where}. Load average before each: ${loads.join(", ")}.`
  })
}

function goalInWords(goal: Goal): string {
  const bound = "atMost" in goal ? `at most ${goal.atMost}` : `at least ${goal.atLeast}`
  return goal.of === "ratio" ? `${bound} x` : bound
}

function reachedInWords(reached: boolean | null): string {
  return reached === null ? "not measured here" : reached ? "yes" : "no"
}

function shown(value: number, unit: string): string {
  return `${digits(value)}${unit === "" ? "" : ` ${unit}`}`
}

/** Three digits that count, and none that noise makes up. */
function digits(value: number): string {
  if (Number.isNaN(value)) return "?"
  if (value === 0 || Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US")
  return String(Number(value.toPrecision(value < 1 ? 2 : 3)))
}

/** What is stored, in the order in which it was sorted. */
export async function readReports(): Promise<Report[]> {
  const text = await readFile(figuresFile, "utf8").catch(() => "[]")
  return JSON.parse(text) as Report[]
}

/**
 * Stores a report in the place of an older one of the same benchmark, and fills the page from all that are stored.
 *
 * @param order names of all benchmarks; reports of others are forgotten
 */
export async function writeReport(report: Report, order: readonly string[]): Promise<void> {
  const others = (await readReports()).filter(({ benchmark }) => benchmark !== report.benchmark)
  const place = ({ benchmark }: Report) => order.indexOf(benchmark)
  const reports = [...others, report].filter((one) => place(one) >= 0).sort((a, b) => place(a) - place(b))
  await writeFile(figuresFile, `${JSON.stringify(reports, null, 2)}\n`)
  await writeFile(page, pageWith(await readFile(page, "utf8"), reports))
}

/** The page's text with the table of these reports between its markers. @throws an Error when it has none */
export function pageWith(text: string, reports: readonly Report[]): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/performance.md lacks "${begin}" or "${end}"`)
  return `${text.slice(0, from)}${begin}\n\n${markdownTable(reports)}\n\n${text.slice(to)}`
}
