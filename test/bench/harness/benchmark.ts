import type { StartedParts } from "../../../src/base/started_parts.ts"
import type { BenchDatabase } from "./database.ts"
import type { Figure } from "./figure.ts"
import type { Size } from "./size.ts"

/** What a benchmark is given. */
export interface Bench {
  size: Size
  /** A migrated database of this benchmark alone. */
  database: BenchDatabase
  /** What is added to it is stopped in reverse order, whether the benchmark ends, fails or is ended by Ctrl-C. */
  started: StartedParts
}

/** One benchmark; the head of its file says how it measures. */
export interface Benchmark {
  /** What `--only` takes. */
  name: string
  run(bench: Bench): Promise<Figure[]>
}
