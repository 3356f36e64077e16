import { parseArgs } from "node:util"
import { plant } from "./bugs/plant.ts"
import { plantedBugs } from "./bugs/planted_bugs.ts"
import { check } from "./check.ts"
import { HistoryDatabase } from "./database.ts"

// Plants each bug in turn and prints after how many histories it was caught. Exits 1 if one was not.
const { values } = parseArgs({
  options: {
    histories: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
  },
})
const database = await HistoryDatabase.open()
for (const [place, bug] of plantedBugs.entries()) {
  if (values.only !== undefined && !bug.name.includes(values.only)) continue
  const takeOut = await plant(database, bug)
  const result = await check(database, {
    histories: Number(values.histories),
    seed: Number(values.seed),
    bugs: bug.driver,
  })
  await takeOut()
  const number = String(place + 1).padStart(2)
  const outcome =
    result.failure === null ? `NOT CAUGHT by ${result.played}` : `caught by history ${result.played}`
  console.log(`${number}  rule ${bug.rule.padEnd(2)}  ${outcome.padEnd(24)}  ${bug.name}`)
  if (result.failure !== null) console.log(`${" ".repeat(38)}${result.failure.split("\n")[0]?.slice(0, 150)}`)
  if (result.failure === null) process.exitCode = 1
}
database.close()
