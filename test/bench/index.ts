/**
 * Runs the benchmarks, prints a table, and fills docs/performance.md with it.
 *
 *   npm run bench -- [--only NAME ...] [--size small|default|full | --small] [--json] [--write]
 *
 * `--only` may be given more than once. `--json` prints the reports in place of the table. `--write` stores them in
 * figures.json beside this file, in the place of those of the same benchmarks, and fills the page from all that are
 * there. Exit code 0 whatever the figures are: goals that are not reached stand in the table.
 */
import { parseArgs } from "node:util"
import { benchmarks } from "./benchmarks.ts"
import { textTable, writeReport } from "./harness/report.ts"
import { type Report, runBenchmarks } from "./harness/run.ts"
import { type SizeName, sizeNames } from "./harness/size.ts"

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    size: { type: "string", default: "default" },
    small: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
})
const size = (values.small ? "small" : values.size) as SizeName
const unknown = values.only.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name))
if (unknown.length > 0 || !sizeNames.includes(size)) {
  process.stderr.write(
    `--only takes ${benchmarks.map(({ name }) => name).join(", ")}; --size takes ${sizeNames.join(", ")}\n`,
  )
  process.exit(2)
}
const wanted = benchmarks.filter(({ name }) => values.only.length === 0 || values.only.includes(name))
const order = benchmarks.map(({ name }) => name)
const onReport = values.write ? (report: Report) => writeReport(report, order) : undefined
const reports = await runBenchmarks(wanted, size, onReport)
process.stdout.write(values.json ? `${JSON.stringify(reports, null, 2)}\n` : `${textTable(reports)}\n`)
