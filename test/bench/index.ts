/**
 * Runs the benchmarks, prints a table, and fills docs/performance.md with it.
 *
 *   npm run bench -- [--only NAME ...] [--size small|default|full] [--json] [--write]
 *
 * `--json` prints the reports in place of the table. `--write` stores them in
 * figures.json beside this file, in the place of those of the same benchmarks, and fills the page from all that are
 * there. Exit code 0 whatever the figures are: goals that are not reached stand in the table.
 */
import { Command, Option } from "commander"
import { benchmarks } from "./benchmarks.ts"
import { textTable, writeReport } from "./harness/report.ts"
import { type Report, runBenchmarks } from "./harness/run.ts"
import { type SizeName, sizeNames } from "./harness/size.ts"

interface Options {
  only: string[]
  size: SizeName
  json?: true
  write?: true
}

const names = benchmarks.map(({ name }) => name)
const options: Options = new Command("npm run bench --")
  .description("Runs the benchmarks, each beside what it is measured against, and prints a table.")
  .addOption(new Option("--only <name...>", "these benchmarks alone").choices(names).default([], "all"))
  .addOption(new Option("--size <size>", "how much of everything").choices(sizeNames).default("default"))
  .option("--json", "print the reports instead of the table")
  .option("--write", "store the figures, and fill docs/performance.md with them")
  .parse()
  .opts()
const wanted = benchmarks.filter(({ name }) => options.only.length === 0 || options.only.includes(name))
const onReport = options.write ? (report: Report) => writeReport(report, names) : undefined
const reports = await runBenchmarks(wanted, options.size, onReport)
process.stdout.write(options.json ? `${JSON.stringify(reports, null, 2)}\n` : `${textTable(reports)}\n`)
