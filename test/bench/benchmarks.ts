import { accounts } from "./accounts.ts"
import { backlog } from "./backlog.ts"
import { burst } from "./burst.ts"
import type { Benchmark } from "./harness/benchmark.ts"
import { idle } from "./idle.ts"
import { invalidationsToRedis } from "./invalidations_to_redis.ts"
import { latency } from "./latency.ts"
import { load } from "./load.ts"
import { reader } from "./reader.ts"
import { sideBySide } from "./side_by_side.ts"
import { sqlReads } from "./sql_reads.ts"
import { views } from "./views.ts"

/** All benchmarks, in the order of the table. */
export const benchmarks: readonly Benchmark[] = [
  latency,
  burst,
  load,
  sideBySide,
  backlog,
  accounts,
  reader,
  sqlReads,
  invalidationsToRedis,
  views,
  idle,
]
