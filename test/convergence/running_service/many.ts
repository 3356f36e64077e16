import { playHistories } from "./histories.ts"

// Many histories: node --import tsx test/convergence/running_service/many.ts FIRST_SEED COUNT [AT_ONCE]
const [first = 1, count = 100, atOnce = 6] = process.argv.slice(2).map(Number)
playHistories(
  Array.from({ length: count }, (_, at) => first + at),
  atOnce,
)
