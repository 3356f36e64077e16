import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os"
import type { Benchmark } from "./benchmark.ts"
import { type BenchServer, startBenchServer } from "./database.ts"
import type { Figure } from "./figure.ts"
import { say, timed } from "./measure.ts"
import { withParts } from "./parts.ts"
import { type Size, type SizeName, sizeNamed } from "./size.ts"

/** What one run of a benchmark found, with its conditions. */
export interface Report {
  benchmark: string
  size: SizeName
  /** ISO 8601, UTC. */
  startedAt: string
  seconds: number
  machine: string
  /** Processes that wanted a core in the minute before: more than there are cores is a busy machine. */
  loadBefore: number
  figures: Figure[]
}

/**
 * Runs benchmarks one after another on one Postgres, each in a database of its own.
 *
 * @param onReport awaited after each, so that one that fails takes nothing from those before it
 */
export async function runBenchmarks(
  benchmarks: readonly Benchmark[],
  sizeName: SizeName,
  onReport: (report: Report) => Promise<void> = async () => {},
): Promise<Report[]> {
  const size = sizeNamed(sizeName)
  return withParts(async (started) => {
    const server = started.add(await startBenchServer())
    const reports: Report[] = []
    for (const benchmark of benchmarks) {
      const report = await runOne(benchmark, size, server)
      await onReport(report)
      reports.push(report)
    }
    return reports
  })
}

async function runOne(benchmark: Benchmark, size: Size, server: BenchServer): Promise<Report> {
  say(`${benchmark.name} (${size.name})`)
  const startedAt = new Date().toISOString()
  const loadBefore = loadavg()[0] as number
  const { result: figures, seconds } = await timed(() =>
    withParts(async (started) => {
      const database = started.add(await server.createDatabase())
      return benchmark.run({ size, database, started })
    }),
  )
  say(`  ${seconds.toFixed(0)} s`)
  return {
    benchmark: benchmark.name,
    size: size.name,
    startedAt,
    seconds,
    machine: describeMachine(server.version),
    loadBefore,
    figures,
  }
}

function describeMachine(postgres: string): string {
  const cores = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown"})`
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`
  return `${cores}, ${memory}, ${platform()} ${release()} ${arch()}, Node ${process.versions.node}, Postgres ${postgres}`
}
