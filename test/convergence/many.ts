import { parseArgs } from "node:util"
import { check } from "./check.ts"
import { HistoryDatabase } from "./database.ts"

// Plays thousands of histories. Prints the seed of a failing one, and the smallest history that fails as well.
// One of them again, the 193rd of seed 1: --seed=1 --path=192 --seeds 1
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    seed: { type: "string" },
    path: { type: "string" },
    minutes: { type: "string" },
  },
})
const database = await HistoryDatabase.open()
const startedAt = performance.now()
const seconds = () => Math.round((performance.now() - startedAt) / 1_000)
let played = 0
let isFailing = false
const onPlayed = (failure: string | null) => {
  played++
  if (failure !== null && !isFailing)
    console.error(
      `history ${played} fails after ${seconds()} s: ${failure.split("\n")[0]}\nlooking for a smaller one`,
    )
  else if (played % 100 === 0)
    console.error(`${played} histories in ${seconds()} s${isFailing ? ", the smaller ones among them" : ""}`)
  isFailing ||= failure !== null
}
const result = await check(database, {
  histories: Number(values.seeds),
  seed: values.seed === undefined ? undefined : Number(values.seed),
  path: values.path,
  timeLimitMs: values.minutes === undefined ? undefined : Number(values.minutes) * 60_000,
  shrink: true,
  onPlayed,
})
console.log(`${result.played} histories of seed ${result.seed} in ${seconds()} s`)
if (result.failure !== null) {
  console.log(`\n${result.failure}\n\n${JSON.stringify(result.history)}`)
  process.exitCode = 1
}
database.close()
