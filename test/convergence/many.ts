import { parseArgs } from "node:util"
import { check } from "./check.ts"
import { HistoryDatabase } from "./database.ts"

// Plays thousands of histories. Prints the seed of a failing one, and the smallest history that fails as well.
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    seed: { type: "string" },
    minutes: { type: "string" },
  },
})
const database = await HistoryDatabase.open()
const startedAt = performance.now()
const result = await check(database, {
  histories: Number(values.seeds),
  seed: values.seed === undefined ? undefined : Number(values.seed),
  timeLimitMs: values.minutes === undefined ? undefined : Number(values.minutes) * 60_000,
  shrink: true,
})
const seconds = (performance.now() - startedAt) / 1_000
console.log(`${result.played} histories of seed ${result.seed} in ${Math.round(seconds)} s`)
if (result.failure !== null) {
  console.log(`\n${result.failure}\n\n${JSON.stringify(result.history)}`)
  process.exitCode = 1
}
database.close()
